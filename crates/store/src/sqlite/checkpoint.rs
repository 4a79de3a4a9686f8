//! Moves the write-ahead log into the database file, on a thread and a connection of its own: done by the writer, as
//! SQLite does unless told otherwise, every event that arrives meanwhile would wait for it.
//!
//! A checkpoint beside a busy writer never ends, since the log grows while it is copied, and a log that is never whole
//! in the file is never begun anew. So the bulk is copied beside the writer, and the short rest with the writer held.
//! <https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files>

use super::open::Location;
use super::{Writer, aside};
use crate::error::{Result, StoreError};
use rusqlite::Connection;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokio::sync::Mutex;

/// A log that calls for a checkpoint. Under load the same index pages are written again and again, and each checkpoint
/// copies each of them once.
pub(super) const LOG_BYTES: i32 = 32 << 20;

thread_local! {
    /// Pages in the log after the commit that this thread made last; the hook cannot tell anybody else.
    static COMMITTED_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// The thread. Ends when told, or with the last [`Wake`].
#[derive(Debug)]
pub(crate) struct Thread {
    wake: Wake,
}

#[derive(Debug)]
enum Word {
    Look,
    Stop(SyncSender<()>),
}

/// Told of each commit.
#[derive(Clone, Debug)]
pub(crate) struct Wake {
    words: SyncSender<Word>,
    /// [`LOG_BYTES`] in pages of this file.
    log_pages: i32,
}

/// Has this connection note how long its commits leave the log. Returns from how many pages on it is to be moved.
pub(super) fn watch(writer: &Connection) -> Result<i32> {
    writer.wal_hook(Some(|_, pages| {
        COMMITTED_PAGES.set(pages);
        Ok(())
    }));
    let page_bytes: i32 = writer.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(LOG_BYTES / page_bytes)
}

impl Thread {
    /// `log_pages` is what [`watch`] said.
    pub(crate) fn start(
        location: Location,
        writer: Arc<Mutex<Option<Writer>>>,
        log_pages: i32,
    ) -> Result<Self> {
        let (wake, words) = sync_channel(1);
        let run = move || run(&location, &writer, &words);
        let started = std::thread::Builder::new().name("checkpoint".to_owned()).spawn(run);
        started.map_err(|e| StoreError::Setup(format!("cannot start a thread: {e}")))?;
        Ok(Self { wake: Wake { words: wake, log_pages } })
    }

    pub(crate) fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Returns once its connection is closed.
    pub(crate) fn stop(&self) {
        let (done, wait) = sync_channel(1);
        aside(|| {
            if self.wake.words.send(Word::Stop(done)).is_ok() {
                let _ = wait.recv();
            }
        });
    }
}

#[cfg(test)]
impl Thread {
    /// Returns once what it was told before is done.
    pub(super) fn finish_pending(&self) {
        self.wake.words.send(Word::Look).unwrap();
        // The queue holds one word: room for this one means that the one before was taken, and for the next, done.
        self.wake.words.send(Word::Look).unwrap();
        self.wake.words.send(Word::Look).unwrap();
    }
}

impl Wake {
    pub(crate) fn after_commit(&self) {
        if COMMITTED_PAGES.get() >= self.log_pages {
            // Full means that it has been told already.
            let _ = self.words.try_send(Word::Look);
        }
    }
}

fn run(location: &Location, writer: &Mutex<Option<Writer>>, words: &Receiver<Word>) {
    let mut conn = None;
    while let Ok(word) = words.recv() {
        match word {
            Word::Look => {
                if let Err(error) = checkpoint(&mut conn, location, writer) {
                    tracing::warn!(%error, "the write-ahead log could not be moved into the database; it grows until it can");
                    conn = None;
                }
            }
            Word::Stop(done) => {
                drop(conn);
                let _ = done.send(());
                return;
            }
        }
    }
}

fn checkpoint(
    conn: &mut Option<Connection>,
    location: &Location,
    writer: &Mutex<Option<Writer>>,
) -> Result<()> {
    let beside = match conn {
        Some(conn) => conn,
        None => conn.insert(location.open_plain()?),
    };
    passive(beside)?;
    let turn = writer.blocking_lock();
    match turn.as_ref() {
        Some(_) => passive(beside),
        None => Ok(()),
    }
}

/// Copies what no reader needs any more. <https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>
fn passive(conn: &Connection) -> Result<()> {
    let mut statement = conn.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?;
    Ok(statement.query_row([], |_| Ok(()))?)
}
