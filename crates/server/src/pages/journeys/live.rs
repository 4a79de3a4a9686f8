//! `GET /live`: changes one open page as journeys change (SPEC H11).
//!
//! On connect comes the whole list, so that nothing between loading the page and connecting is lost, and so that a
//! stream that broke resumes by connecting again. Then come changed rows, those of a burst together. A reader that
//! lags gets the whole list again: the server keeps nothing for it.

use super::changes::Shown;
use super::query::Query;
use super::tiles::Tally;
use crate::api::access::Viewer;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::live::Numbered;
use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream, StreamExt as _};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

/// Told to the page this often when nothing else is, so that it can tell a quiet stream from a dead one.
/// `assets/live.js` waits for two and a half of these.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two looks at the database for one stream at least; what changes meanwhile is told together. Half of the time
/// in which a change must be seen (SPEC H11).
const PAUSE: Duration = Duration::from_millis(50);
/// Open pages per process; each costs one connection and the ids of its rows.
const STREAMS_MAX: usize = 1000;
/// A stream ends after this; the page connects again, and who may no longer see it is found out.
const STREAM_LIFE: Duration = Duration::from_mins(5);

/// What the open pages of this process share.
#[derive(Debug)]
pub(in crate::pages) struct Streams {
    places: Arc<Semaphore>,
    tally: Arc<Tally>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(STREAMS_MAX)), tally: Arc::default() }
    }
}

/// One stream's state.
struct Open {
    shown: Shown,
    receiver: Receiver<Arc<Numbered>>,
    looked_at: Instant,
    _place: OwnedSemaphorePermit,
}

/// What to tell next.
enum News {
    /// Nothing happened for a while.
    None,
    /// These journeys changed; the last change has this number.
    Changed(BTreeSet<String>, u64),
    /// More than the reader kept up with.
    TooMuch,
    /// The program stops.
    End,
}

/// The stream of one open page.
pub(in crate::pages) async fn stream(
    State(app): State<App>,
    _may: Viewer,
    Extension(streams): Extension<Arc<Streams>>,
    query: Query,
) -> Result<impl IntoResponse> {
    let place = Arc::clone(&streams.places).try_acquire_owned();
    let place = place.map_err(|_| Problem::unavailable("Too many pages are open at once."))?;
    // Before the list is loaded: what changes in between is told twice rather than never.
    let receiver = app.live.subscribe(None).receiver;
    let stop = app.stop.clone();
    let mut shown = Shown::new(app, query, Arc::clone(&streams.tally));
    let opening = shown.everything().await?;
    let open = Open { shown, receiver, looked_at: Instant::now(), _place: place };
    let events = stream::once(async { Ok::<_, Infallible>(opening) }).chain(follow(open));
    let end = async move {
        let _ = timeout(STREAM_LIFE, stop.cancelled()).await;
    };
    Ok(Sse::new(events.take_until(Box::pin(end))))
}

fn follow(open: Open) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(open, |mut open| async move {
        loop {
            let event = match news(&mut open.receiver, open.looked_at + PAUSE).await {
                News::None => Ok(Some(Event::default().event("beat").data("-"))),
                News::Changed(ids, number) => open.shown.changed(ids, number).await,
                News::TooMuch => open.shown.everything().await.map(Some),
                News::End => return None,
            };
            open.looked_at = Instant::now();
            match event {
                Ok(Some(event)) => return Some((Ok(event), open)),
                Ok(None) => {}
                // Logged where it arose. The page connects again and is told all.
                Err(_) => return None,
            }
        }
    })
}

/// Waits for a change, then until `not_before`, and takes all that came.
async fn news(receiver: &mut Receiver<Arc<Numbered>>, not_before: Instant) -> News {
    let first = match timeout(HEARTBEAT, receiver.recv()).await {
        Err(_) => return News::None,
        Ok(Err(RecvError::Closed)) => return News::End,
        Ok(Err(RecvError::Lagged(_))) => return too_much(receiver),
        Ok(Ok(numbered)) => numbered,
    };
    sleep_until(not_before).await;
    let mut number = first.number;
    let mut ids = BTreeSet::from([first.change.journey_id.clone()]);
    loop {
        match receiver.try_recv() {
            Ok(numbered) => {
                number = numbered.number;
                ids.insert(numbered.change.journey_id.clone());
            }
            Err(TryRecvError::Lagged(_)) => return too_much(receiver),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return News::Changed(ids, number),
        }
    }
}

/// Forgets what is waiting: the whole list, loaded after this, has it all.
fn too_much(receiver: &mut Receiver<Arc<Numbered>>) -> News {
    *receiver = receiver.resubscribe();
    News::TooMuch
}
