//! Beside a SQLite file: what was acknowledged and is not in the database yet (docs/decisions/0025).
//!
//! SQLite lets one transaction write at a time, and what comes in must not wait for it. So events are appended here,
//! synced, acknowledged, and moved into the database in larger transactions. Records are numbered; the mover tells up
//! to which number they have been moved, and their room is used again. After a crash [`Inbox::open`] gives back
//! what may not have been moved.
//!
//! Two files, so that one can be begun anew while the other is still being moved. A record is its length, a CRC-32 of
//! the rest, its number, and the payload; integers are little-endian. What a file holds from before it was begun anew
//! has lower numbers, and so has no place after the newest record.

use crate::error::{Result, StoreError};
use crate::sqlite::aside;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// From this size on a file is left for the other one, as soon as that one has been moved.
const FILE_BYTES: u64 = 8 * 1024 * 1024;
/// Length, checksum and number.
const HEAD_BYTES: usize = 16;

/// The two files, held by one process.
#[derive(Debug)]
pub struct Inbox {
    files: [Segment; 2],
    current: usize,
    /// Number of the newest record; 0 when there never was one.
    last: u64,
    buffer: Vec<u8>,
}

/// What was appended and synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// One more than the record's before it.
    pub number: u64,
    /// As given.
    pub payload: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: File,
    /// Where the next record goes.
    end: u64,
    /// Number of its newest record.
    last: u64,
}

impl Inbox {
    /// Opens or makes the files beside `database`, and reads what they hold, oldest first: all of it may have been moved
    /// already. `None` while another process holds them.
    pub fn open(database: &Path) -> Result<Option<(Self, Vec<Record>)>> {
        aside(|| Self::open_files(database)).map_err(|error| unusable(&error))
    }

    fn open_files(database: &Path) -> io::Result<Option<(Self, Vec<Record>)>> {
        let [a, b] = paths(database);
        let first = open_private(&a)?;
        match first.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let second = open_private(&b)?;
        sync_folder(database)?;
        let (first, mut records) = Segment::read(a, first)?;
        let (second, more) = Segment::read(b, second)?;
        records.extend(more);
        records.sort_by_key(|record| record.number);
        let (current, last) = if first.last > second.last { (0, first.last) } else { (1, second.last) };
        Ok(Some((Self { files: [first, second], current, last, buffer: Vec::new() }, records)))
    }

    /// How many records lie beside `database`, for somebody who only looks. They may have been moved already.
    pub fn peek(database: &Path) -> Result<Vec<Record>> {
        let read = || {
            let mut records = Vec::new();
            for path in paths(database) {
                match File::open(&path) {
                    Ok(file) => records.extend(Segment::read(path, file)?.1),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            records.sort_by_key(|record| record.number);
            Ok(records)
        };
        aside(read).map_err(|error| unusable(&error))
    }

    /// Returns the number of the last of `payloads` once all are on disk. Records up to `moved` are in the database, and
    /// may be written over. When it fails, none of them counts.
    pub fn append<'a>(&mut self, payloads: impl IntoIterator<Item = &'a [u8]>, moved: u64) -> Result<u64> {
        self.buffer.clear();
        let mut number = self.last;
        for payload in payloads {
            number += 1;
            encode(&mut self.buffer, number, payload).map_err(|error| unusable(&error))?;
        }
        let other = 1 - self.current;
        if self.files[self.current].end >= FILE_BYTES && self.files[other].last <= moved {
            self.current = other;
        }
        let segment = &mut self.files[self.current];
        if segment.last <= moved {
            segment.end = 0;
        }
        aside(|| segment.write(&self.buffer)).map_err(|error| unusable(&error))?;
        (segment.last, self.last) = (number, number);
        Ok(number)
    }

    /// Ends, and removes the files when everything in them has been moved.
    pub fn close(self, moved: u64) {
        if self.last <= moved {
            for segment in self.files {
                if let Err(error) = std::fs::remove_file(&segment.path) {
                    tracing::warn!(path = %segment.path.display(), %error, "an empty inbox file could not be removed");
                }
            }
        }
    }
}

impl Segment {
    fn read(path: PathBuf, mut file: File) -> io::Result<(Self, Vec<Record>)> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut records: Vec<Record> = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some((record, after)) = decode(rest)
            && records.last().is_none_or(|before| record.number == before.number + 1)
        {
            records.push(record);
            rest = after;
        }
        let end = (bytes.len() - rest.len()) as u64;
        let last = records.last().map_or(0, |record| record.number);
        Ok((Self { path, file, end, last }, records))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        self.end += bytes.len() as u64;
        Ok(())
    }
}

fn encode(buffer: &mut Vec<u8>, number: u64, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let at = buffer.len();
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(&number.to_le_bytes());
    buffer.extend_from_slice(payload);
    let sum = crc32fast::hash(&buffer[at + 8..]);
    buffer[at + 4..at + 8].copy_from_slice(&sum.to_le_bytes());
    Ok(())
}

/// The record at the start of `bytes`, and what follows. `None` where none was written, or not to its end.
fn decode(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let length = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let sum = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let end = HEAD_BYTES.checked_add(length)?;
    let summed = bytes.get(8..end)?;
    let number = u64::from_le_bytes(summed.get(..8)?.try_into().ok()?);
    let whole = number > 0 && crc32fast::hash(summed) == sum;
    whole.then(|| (Record { number, payload: summed[8..].to_vec() }, &bytes[end..]))
}

fn paths(database: &Path) -> [PathBuf; 2] {
    ["-inbox-1", "-inbox-2"].map(|ending| {
        let mut path = database.as_os_str().to_owned();
        path.push(ending);
        path.into()
    })
}

/// For its owner only, as the database is.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new file's name must outlive a power failure, too.
fn sync_folder(database: &Path) -> io::Result<()> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

fn unusable(error: &io::Error) -> StoreError {
    let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    let why = if full { "the disk is full; " } else { "" };
    StoreError::Unavailable(format!("{why}the inbox file cannot be used: {error}"))
}

#[cfg(test)]
mod tests;
