//! `GET /intelligence/live`: tells an open page as of which change the statistics are, so that it loads what is in
//! sight again (SPEC I1). At most once per second; what is true now comes first, so that nothing is missed between
//! loading the page and connecting.

use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::insights::AsOf;
use crate::pages::streams::{HEARTBEAT, Places, end};
use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream, StreamExt as _};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

/// A stream ends after this.
const STREAM_LIFE: Duration = Duration::from_mins(30);

/// What the open pages of this process share.
#[derive(Debug, Default)]
pub(in crate::pages) struct Streams(Places);

struct Open {
    changes: watch::Receiver<Option<AsOf>>,
    told: Option<AsOf>,
    _place: OwnedSemaphorePermit,
}

/// The stream of one open page.
pub(in crate::pages) async fn stream(
    State(app): State<App>,
    _may: Viewer,
    Extension(streams): Extension<Arc<Streams>>,
) -> Result<impl IntoResponse> {
    let place = streams.0.take()?;
    let mut changes = app.insights.changes();
    // Marked as seen first: what changes in between comes again rather than never.
    changes.borrow_and_update();
    let told = app.insights.as_of();
    let opening = event(told);
    let open = Open { changes, told, _place: place };
    let events = stream::once(async { Ok::<_, Infallible>(opening) }).chain(follow(open));
    Ok(Sse::new(events.take_until(Box::pin(end(&app, STREAM_LIFE)))))
}

fn follow(open: Open) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(open, |mut open| async move {
        let next = match timeout(HEARTBEAT, open.news()).await {
            Err(_) => Event::default().event("beat").data("-"),
            Ok(None) => return None,
            Ok(Some(as_of)) => event(as_of),
        };
        Some((Ok(next), open))
    })
}

impl Open {
    /// What was not told yet, once there is such; absent when nothing will change any more.
    async fn news(&mut self) -> Option<Option<AsOf>> {
        loop {
            self.changes.changed().await.ok()?;
            let now = *self.changes.borrow_and_update();
            if now != self.told {
                self.told = now;
                return Some(now);
            }
        }
    }
}

/// While the columns are being loaded there is nothing to ask for again.
fn event(as_of: Option<AsOf>) -> Event {
    match as_of {
        Some(as_of) => Event::default().event("as_of").data(as_of.version.to_string()),
        None => Event::default().event("beat").data("-"),
    }
}
