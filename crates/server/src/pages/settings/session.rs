//! Sessions as rows of a table, and ending one.

use crate::api::Result;
use crate::api::access::{Principal, Viewer};
use crate::api::path::Path;
use crate::app::App;
use crate::pages::words::When;
use crate::people::sessions;
use axum::extract::State;
use axum::response::Redirect;
use store::sessions::StoredSession;

/// Rows at most; who has more browsers than that sees the newest.
pub(super) const ROWS_MAX: i64 = 50;

/// One browser that is signed in.
pub(super) struct SessionRow {
    pub(super) id: String,
    pub(super) browser: String,
    pub(super) agent: String,
    pub(super) address: String,
    pub(super) since: When,
    pub(super) seen: When,
    /// The one that asks.
    pub(super) current: bool,
}

/// A person's sessions.
pub(super) async fn rows(app: &App, who: &Principal, person_id: &str) -> Result<Vec<SessionRow>> {
    let now_ms = app.context.clock.now_ms();
    let found = sessions::of_person(app, person_id, None, ROWS_MAX).await?;
    Ok(found.into_iter().map(|session| row(session, who, now_ms)).collect())
}

fn row(session: StoredSession, who: &Principal, now_ms: i64) -> SessionRow {
    let agent = session.agent.unwrap_or_default();
    let current = who.session_id.as_deref() == Some(&session.id);
    SessionRow {
        browser: browser_words(&agent),
        agent,
        address: session.address.unwrap_or_else(|| "unknown".to_owned()),
        since: When::ago(session.created_at_ms, now_ms),
        seen: When::ago(if current { now_ms } else { session.seen_at_ms }, now_ms),
        current,
        id: session.id,
    }
}

/// `Firefox on Windows`, as far as it can be told. All browsers claim to be others: the most telling word comes first.
fn browser_words(agent: &str) -> String {
    let first = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, words)| *words)
    };
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

/// Signs a browser out.
pub(super) async fn end(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let person_id = sessions::end(&app, &who, &id).await?;
    if who.session_id.as_deref() == Some(&id) {
        return Ok(Redirect::to("/sign-in"));
    }
    if person_id == who.id {
        return Ok(Redirect::to("/settings/account?done=ended"));
    }
    Ok(Redirect::to(&format!("/settings/people/{person_id}?done=ended")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart() {
        let table = [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Mac",
            ),
            ("curl/8.9.1", "Unknown browser"),
        ];
        for (agent, want) in table {
            assert_eq!(browser_words(agent), want);
        }
    }
}
