//! `GET /api/v1/live`: server-sent events of what changes.

use super::access::Viewer;
use crate::app::App;
use crate::apply::VIEW;
use crate::live::{Numbered, Subscription};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A comment is sent this often, so that proxies and readers know the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this.
const STREAM_LIFE: Duration = Duration::from_mins(5);

/// Changes of journeys as they happen. `Last-Event-ID` resumes; `event: reset` says that too much was missed and the
/// lists must be loaded afresh.
#[utoipa::path(get, path = "/api/v1/live", tag = "live",
    responses((status = 200, description = "text/event-stream", content_type = "text/event-stream")))]
pub async fn stream(State(app): State<App>, _may: Viewer, headers: HeaderMap) -> impl IntoResponse {
    let last_id = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    app.live.ready().await;
    let subscription = app.live.subscribe(last_id);
    let told_before = last_id.is_some();
    let render = {
        let app = app.clone();
        move |numbered: &Numbered| journey_event(&app, numbered)
    };
    let opening = match (told_before, subscription.resumed) {
        (true, false) => Event::default().event("reset").id(app.live.id(subscription.number)).data("{}"),
        _ => Event::default().comment("connected"),
    };
    let events = stream::once(async { Ok(opening) }).chain(follow(subscription, app.stop.clone(), render));
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive"))
}

fn journey_event(app: &App, numbered: &Numbered) -> Event {
    let change = &numbered.change;
    let data = json!({
        "journey_id": change.journey_id,
        "outcome": change.outcome,
        "payment_status": change.payment_status,
        "change": change.change,
    });
    Event::default().event("journey").id(app.live.id(numbered.number)).data(data.to_string())
}

/// What was missed, then what comes, without what clients merely look at, until the reader goes, lags too far behind, or the program stops.
pub fn follow(
    subscription: Subscription,
    stop: CancellationToken,
    render: impl Fn(&Numbered) -> Event,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let missed = stream::iter(subscription.missed);
    let coming = stream::unfold(subscription.receiver, |mut receiver| async move {
        match receiver.recv().await {
            Ok(numbered) => Some((numbered, receiver)),
            // Ending the stream makes the reader reconnect with its last id, and be told to load afresh if need be.
            Err(RecvError::Lagged(_) | RecvError::Closed) => None,
        }
    });
    // Whoever may no longer read is found out at the next connection; `Last-Event-ID` resumes there.
    let end = async move {
        let _ = timeout(STREAM_LIFE, stop.cancelled()).await;
    };
    let all = missed.chain(coming).take_until(end);
    let told = all.filter(|numbered| std::future::ready(numbered.change.change != VIEW));
    told.map(move |numbered| Ok(render(&numbered)))
}
