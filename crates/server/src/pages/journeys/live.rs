//! `GET /live`: changes one open page as journeys change (SPEC H11).
//!
//! On connect comes the whole list, so that nothing between loading the page and connecting is lost, and so that a
//! stream that broke resumes by connecting again, on whatever node. Then come changed rows, those of a burst together. A
//! reader that lags gets the whole list again: the server keeps nothing for it.

use super::hub::{Hub, Hubs, Told};
use super::query::Query;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::pages::streams::{HEARTBEAT, Places, end};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

const BEAT: Bytes = Bytes::from_static(b"event: beat\ndata: -\n\n");
/// A stream ends after this.
const STREAM_LIFE: Duration = Duration::from_mins(5);

/// What the open pages of this process share.
#[derive(Default)]
pub(in crate::pages) struct Streams {
    places: Places,
    hubs: Hubs,
}

/// One stream's state.
struct Open {
    hub: Arc<Hub>,
    told: Receiver<Told>,
    _place: OwnedSemaphorePermit,
}

/// The stream of one open page.
pub(in crate::pages) async fn stream(
    State(app): State<App>,
    _may: Viewer,
    Extension(streams): Extension<Arc<Streams>>,
    query: Query,
) -> Result<Response> {
    let place = streams.places.take()?;
    app.live.ready().await;
    let hub = streams.hubs.of(&app, &query);
    let (whole, told) = hub.whole().await?;
    let open = Open { hub, told, _place: place };
    let messages = stream::once(async { Ok::<_, Infallible>(whole) }).chain(follow(open));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, Body::from_stream(messages.take_until(Box::pin(end(&app, STREAM_LIFE))))).into_response())
}

fn follow(open: Open) -> impl Stream<Item = std::result::Result<Bytes, Infallible>> {
    stream::unfold(open, |mut open| async move {
        let message = match timeout(HEARTBEAT, open.told.recv()).await {
            Err(_) => BEAT,
            Ok(Ok(Told::Message(message))) => message,
            // Too slow: what was missed is in the whole list.
            Ok(Err(RecvError::Lagged(_))) => {
                let (whole, told) = open.hub.whole().await.ok()?;
                open.told = told;
                whole
            }
            Ok(Ok(Told::End) | Err(RecvError::Closed)) => return None,
        };
        Some((Ok(message), open))
    })
}
