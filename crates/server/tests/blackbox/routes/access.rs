//! Who may call what: a row for each route of the OpenAPI document, and none that it does not have.

use crate::util::app::{ROLES, token};
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;
use std::collections::BTreeSet;

const ANYONE: Option<Role> = None;
const READS: Option<Role> = Some(Role::Viewer);
const CHANGES: Option<Role> = Some(Role::Editor);
const OWNS: Option<Role> = Some(Role::Owner);

/// (method, path, the least role that may)
pub(super) const ROUTES: [(&str, &str, Option<Role>); 83] = [
    ("POST", "/api/webhooks/stripe", ANYONE),
    ("GET", "/api/v1/clients", READS),
    ("POST", "/api/v1/clients", CHANGES),
    ("POST", "/api/v1/clients/import", CHANGES),
    ("GET", "/api/v1/clients/{id}", READS),
    ("PATCH", "/api/v1/clients/{id}", CHANGES),
    ("GET", "/api/v1/contents", READS),
    ("POST", "/api/v1/contents", CHANGES),
    ("GET", "/api/v1/contents/{id}/versions", READS),
    ("POST", "/api/v1/contents/{id}/versions", CHANGES),
    ("GET", "/api/v1/contents/{id}/compare", READS),
    ("POST", "/api/v1/contents/{id}/rollback", CHANGES),
    ("GET", "/api/v1/versions/{id}", READS),
    ("GET", "/api/v1/hypotheses/{id}", READS),
    ("GET", "/api/v1/journeys", READS),
    ("POST", "/api/v1/journeys", CHANGES),
    ("POST", "/api/v1/journeys/bulk-mark", CHANGES),
    ("GET", "/api/v1/journeys/{id}", READS),
    ("GET", "/api/v1/journeys/{id}/analysis", READS),
    ("GET", "/api/v1/journeys/{id}/history", READS),
    ("GET", "/api/v1/journeys/{id}/review", READS),
    ("PUT", "/api/v1/journeys/{id}/review", CHANGES),
    ("GET", "/api/v1/journeys/{id}/notes", READS),
    ("POST", "/api/v1/journeys/{id}/notes", CHANGES),
    ("GET", "/api/v1/journeys/{id}/notes/{note_id}", READS),
    ("PUT", "/api/v1/journeys/{id}/notes/{note_id}", CHANGES),
    ("DELETE", "/api/v1/journeys/{id}/notes/{note_id}", CHANGES),
    ("GET", "/api/v1/journeys/{id}/views", READS),
    ("GET", "/api/v1/journeys/{id}/agreements", READS),
    ("POST", "/api/v1/journeys/{id}/content", CHANGES),
    ("PUT", "/api/v1/journeys/{id}/version", CHANGES),
    ("POST", "/api/v1/journeys/{id}/withdrawal", CHANGES),
    ("DELETE", "/api/v1/journeys/{id}/withdrawal", CHANGES),
    ("POST", "/api/v1/journeys/{id}/checkout", CHANGES),
    ("POST", "/api/v1/journeys/{id}/mark", CHANGES),
    ("PUT", "/api/v1/journeys/{id}/override", CHANGES),
    ("DELETE", "/api/v1/journeys/{id}/override", CHANGES),
    ("POST", "/api/v1/bulk-marks/{id}/undo", CHANGES),
    ("GET", "/api/v1/saved-views", READS),
    ("POST", "/api/v1/saved-views", READS),
    ("DELETE", "/api/v1/saved-views/{id}", READS),
    ("GET", "/api/v1/payments", READS),
    ("POST", "/api/v1/payments/{id}/link", CHANGES),
    ("DELETE", "/api/v1/payments/{id}/link", CHANGES),
    ("GET", "/api/v1/events", READS),
    ("POST", "/api/v1/events/replay", CHANGES),
    ("GET", "/api/v1/events/replays/{id}", READS),
    ("GET", "/api/v1/events/{id}", READS),
    ("POST", "/api/v1/events/{id}/replay", CHANGES),
    ("POST", "/api/v1/events/{id}/ignore", CHANGES),
    ("GET", "/api/v1/reconciliations", READS),
    ("POST", "/api/v1/reconciliations", CHANGES),
    ("GET", "/api/v1/reconciliations/{id}", READS),
    ("GET", "/api/v1/insights/contrast", READS),
    ("GET", "/api/v1/insights/conversion", READS),
    ("GET", "/api/v1/insights/elements", READS),
    ("GET", "/api/v1/insights/forecast", READS),
    ("GET", "/api/v1/insights/funnel", READS),
    ("GET", "/api/v1/insights/hypotheses", READS),
    ("GET", "/api/v1/insights/recommendations", READS),
    ("GET", "/api/v1/insights/revenue", READS),
    ("GET", "/api/v1/insights/revenue-by-week", READS),
    ("GET", "/api/v1/insights/scores", READS),
    ("GET", "/api/v1/insights/time-to-payment", READS),
    ("GET", "/api/v1/insights/time-to-refund", READS),
    ("GET", "/api/v1/settings/thresholds", READS),
    ("PUT", "/api/v1/settings/thresholds", OWNS),
    ("GET", "/api/v1/people", OWNS),
    ("POST", "/api/v1/people", OWNS),
    ("GET", "/api/v1/people/{id}", OWNS),
    ("PATCH", "/api/v1/people/{id}", OWNS),
    ("POST", "/api/v1/people/{id}/invitation", OWNS),
    ("GET", "/api/v1/sessions", READS),
    ("DELETE", "/api/v1/sessions/{id}", READS),
    ("GET", "/api/v1/tokens", OWNS),
    ("POST", "/api/v1/tokens", OWNS),
    ("DELETE", "/api/v1/tokens/{id}", OWNS),
    ("GET", "/api/v1/audit", OWNS),
    ("GET", "/api/v1/live", READS),
    ("GET", "/healthz", ANYONE),
    ("GET", "/readyz", ANYONE),
    ("GET", "/metrics", ANYONE),
    ("GET", "/openapi.json", ANYONE),
];

/// (method, path, the least role that may). Who holds a client's link may all that a client may.
pub(super) const PAGES: [(&str, &str, Option<Role>); 91] = [
    ("GET", "/", READS),
    ("GET", "/live", READS),
    ("GET", "/journeys.csv", READS),
    ("POST", "/journeys/views", READS),
    ("POST", "/journeys/views/{id}/delete", READS),
    ("POST", "/journeys/mark", CHANGES),
    ("POST", "/journeys/marks/{id}/undo", CHANGES),
    ("GET", "/journeys/new", CHANGES),
    ("POST", "/journeys/new", CHANGES),
    ("GET", "/journeys/{id}/made", READS),
    ("GET", "/journeys/{id}/content", CHANGES),
    ("POST", "/journeys/{id}/content", CHANGES),
    ("GET", "/journeys/{id}", READS),
    ("GET", "/journeys/{id}/{tab}", READS),
    ("POST", "/journeys/{id}/{tab}", CHANGES),
    ("GET", "/intelligence", READS),
    ("GET", "/intelligence/live", READS),
    ("GET", "/intelligence/{part}", READS),
    ("GET", "/contents", READS),
    ("GET", "/contents.csv", READS),
    ("GET", "/contents/new", CHANGES),
    ("POST", "/contents/new", CHANGES),
    ("GET", "/contents/{id}", READS),
    ("GET", "/contents/{id}/edit", CHANGES),
    ("POST", "/contents/{id}/edit", CHANGES),
    ("GET", "/contents/{id}/rollback", CHANGES),
    ("POST", "/contents/{id}/rollback", CHANGES),
    ("GET", "/contents/{id}/compare", READS),
    ("GET", "/contents/{id}/versions/{version}", READS),
    ("GET", "/contents/{id}/versions/{version}/{step}", READS),
    ("GET", "/clients/import", CHANGES),
    ("POST", "/clients/import", CHANGES),
    ("GET", "/clients/{id}", READS),
    ("GET", "/payments", READS),
    ("GET", "/payments.csv", READS),
    ("GET", "/payments/unmatched", READS),
    ("GET", "/payments/{id}", READS),
    ("POST", "/payments/{id}/link", CHANGES),
    ("POST", "/payments/{id}/unlink", CHANGES),
    ("GET", "/events", READS),
    ("GET", "/events.csv", READS),
    ("GET", "/events/replay", CHANGES),
    ("POST", "/events/replay", CHANGES),
    ("GET", "/events/replays/{id}", READS),
    ("GET", "/events/{id}", READS),
    ("GET", "/events/{id}/payload", READS),
    ("POST", "/events/{id}/replay", CHANGES),
    ("POST", "/events/{id}/ignore", CHANGES),
    ("GET", "/reconciliations", READS),
    ("POST", "/reconciliations", CHANGES),
    ("GET", "/reconciliations.csv", READS),
    ("GET", "/reconciliations/{id}", READS),
    ("GET", "/reconciliations/{id}/differences.csv", READS),
    ("GET", "/sign-in", ANYONE),
    ("POST", "/sign-in", ANYONE),
    ("GET", "/set-up", ANYONE),
    ("POST", "/set-up", ANYONE),
    ("GET", "/welcome/{secret}", ANYONE),
    ("POST", "/welcome/{secret}", ANYONE),
    ("GET", "/settings", ANYONE),
    ("GET", "/settings/set-up", READS),
    ("GET", "/settings/set-up/steps", READS),
    ("GET", "/settings/people", OWNS),
    ("POST", "/settings/people", OWNS),
    ("GET", "/settings/people.csv", OWNS),
    ("GET", "/settings/people/{id}", OWNS),
    ("POST", "/settings/people/{id}", OWNS),
    ("POST", "/settings/people/{id}/invitation", OWNS),
    ("GET", "/settings/tokens", OWNS),
    ("POST", "/settings/tokens", OWNS),
    ("GET", "/settings/tokens.csv", OWNS),
    ("POST", "/settings/tokens/{id}/revoke", OWNS),
    ("GET", "/settings/thresholds", READS),
    ("POST", "/settings/thresholds", OWNS),
    ("GET", "/settings/account", READS),
    ("POST", "/settings/account/password", READS),
    ("POST", "/settings/account/email", READS),
    ("POST", "/settings/account/others", READS),
    ("POST", "/settings/sessions/{id}/end", READS),
    ("GET", "/settings/audit", OWNS),
    ("GET", "/settings/audit.csv", OWNS),
    ("GET", "/assets/{name}", ANYONE),
    ("GET", "/j/{token}", ANYONE),
    ("GET", "/j/{token}/", ANYONE),
    ("GET", "/j/{token}/agreement", ANYONE),
    ("POST", "/j/{token}/agreement", ANYONE),
    ("GET", "/j/{token}/pay", ANYONE),
    ("POST", "/j/{token}/pay", ANYONE),
    ("POST", "/j/{token}/seen", ANYONE),
    ("GET", "/j/{token}/{step}", ANYONE),
    // Last: it ends the session that asks.
    ("POST", "/sign-out", ANYONE),
];

/// The id in none of the paths names anything.
pub(super) fn filled(path: &str) -> String {
    ["{id}", "{note_id}", "{name}", "{token}", "{secret}", "{step}", "{tab}", "{part}", "{version}"]
        .into_iter()
        .fold(path.to_owned(), |path, hole| path.replace(hole, "none"))
}

/// How a person or a program says who it is.
#[derive(Clone, Copy, Debug)]
enum By {
    Bearer,
    Cookie,
}

#[tokio::test]
async fn every_documented_route_has_a_row_and_every_row_a_route() {
    on_both(async |app| {
        let docs = app.call(None, "GET", "/openapi.json", None).await;
        assert_eq!(docs.content_type, "application/json");
        let mut documented = BTreeSet::from([("GET".to_owned(), "/openapi.json".to_owned())]);
        for (path, methods) in docs.ok()["paths"].as_object().unwrap() {
            let methods = methods.as_object().unwrap().keys().filter(|key| *key != "parameters");
            documented.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
        }
        let rows = ROUTES.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
        assert_eq!(documented, BTreeSet::from(rows));
    })
    .await;
}

#[tokio::test]
async fn each_route_takes_the_roles_it_should_and_no_other() {
    on_both(async |app| {
        for (method, path, needed) in ROUTES {
            for role in [None].into_iter().chain(ROLES.map(Some)) {
                let request = app.request(role, method, &filled(path)).json(&json!({}));
                // Only the head: a live stream has no end.
                let status = request.send().await.unwrap().status().as_u16();
                let allowed = needed.is_none_or(|needed| role.is_some_and(|role| role >= needed));
                let context = format!("{method} {path} as {role:?}: {status}");
                match (allowed, role) {
                    (false, None) => assert_eq!(status, 401, "{context}"),
                    (false, Some(_)) => assert_eq!(status, 403, "{context}"),
                    (true, _) => assert!(![401, 403, 405].contains(&status) && status < 500, "{context}"),
                }
            }
        }
    })
    .await;
}

/// Whoever adds a page says here who may see it.
#[test]
fn every_page_has_a_row_and_every_row_a_page() {
    let registered = server::pages::routes();
    let rows: Vec<(&str, &str)> = PAGES.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(BTreeSet::from_iter(registered.clone()), BTreeSet::from_iter(rows.clone()));
    assert_eq!(registered.len(), rows.len(), "each once");
}

/// So that none gets past the list.
#[test]
fn pages_are_registered_in_one_way() {
    let mut folders = vec![crate::util::workspace().join("crates/server/src/pages")];
    let mut scanned = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("listed.rs") {
                scanned += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!text.contains(".route(") && !text.contains(".nest("), "{}", path.display());
            }
        }
    }
    assert!(scanned > 20, "only {scanned} files scanned");
}

#[tokio::test]
async fn each_page_takes_the_roles_it_should_and_no_other() {
    on_both(async |app| {
        for (method, path, needed) in PAGES {
            for by in [By::Bearer, By::Cookie] {
                for role in [None].into_iter().chain(ROLES.map(Some)) {
                    let request = match by {
                        By::Bearer => app.request(role, method, &filled(path)),
                        By::Cookie => {
                            let secret = role.map(token).unwrap_or_default();
                            let cookie = format!("whypaid={secret}");
                            app.request(None, method, &filled(path)).header("cookie", cookie)
                        }
                    };
                    let request = request.header("sec-fetch-site", "same-origin").json(&json!({}));
                    let answer = request.send().await.unwrap();
                    let status = answer.status().as_u16();
                    let allowed = needed.is_none_or(|needed| role.is_some_and(|role| role >= needed));
                    let context = format!("{method} {path} as {role:?} {by:?}: {status}");
                    match (allowed, role) {
                        (false, None) => assert_eq!(status, 401, "{context}"),
                        (false, Some(_)) => assert_eq!(status, 403, "{context}"),
                        (true, _) => assert!(![401, 403, 405].contains(&status) && status < 500, "{context}"),
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn refusals_are_problems_that_say_what_to_do() {
    on_both(async |app| {
        for (method, path, needed) in ROUTES.into_iter().filter(|row| row.2.is_some()) {
            let nobody = app.call(None, method, &filled(path), None).await;
            nobody.problem(401, "unauthorized");
            assert_eq!(nobody.headers["www-authenticate"], "Bearer");
            if needed == CHANGES {
                app.call(Some(Role::Viewer), method, &filled(path), None).await.problem(403, "forbidden");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_good_token_is_good() {
    on_both(async |app| {
        let good = token(Role::Owner);
        let long = "x".repeat(10_000);
        let headers = [
            (format!("Bearer {good}"), 200),
            (format!("bearer {good}"), 200),
            (format!("Bearer   {good} "), 200),
            (format!("Bearer {good}x"), 401),
            (format!("Bearer {}", good.to_uppercase()), 401),
            (format!("Basic {good}"), 401),
            (good.clone(), 401),
            ("Bearer".to_owned(), 401),
            ("Bearer ".to_owned(), 401),
            (String::new(), 401),
            (format!("Bearer {long}"), 401),
            ("Bearer ' OR 1=1 --".to_owned(), 401),
            (format!("Bearer {}", server::api::access::token_hash(&good)), 401),
        ];
        for (header, status) in headers {
            let request = app.request(None, "GET", "/api/v1/clients").header("authorization", &header);
            assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{header:.60}");
        }
        let odd = app.request(None, "GET", "/api/v1/clients").header("authorization", &b"Bearer \xff"[..]);
        assert_eq!(odd.send().await.unwrap().status(), 401);
    })
    .await;
}

/// A cookie is sent by other sites' forms as well, so it changes things only from our own pages.
#[tokio::test]
async fn a_cookie_changes_things_only_from_our_own_pages() {
    on_both(async |app| {
        let cookie = format!("a=b; whypaid={}; c=d", token(Role::Owner));
        for (method, site, status) in [
            ("GET", "cross-site", 200),
            ("POST", "cross-site", 403),
            ("POST", "same-site", 403),
            ("POST", "", 403),
            ("POST", "same-origin", 422),
        ] {
            let request = app.request(None, method, "/api/v1/clients").header("cookie", &cookie);
            let request = request.header("sec-fetch-site", site).json(&json!({}));
            assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{method} {site}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_said_as_a_problem() {
    on_both(async |app| {
        for path in
            ["/api", "/api/v1", "/api/v1/nothing", "/api/v1/journeys/a/b/c", "/API/V1/clients", "/healthz/"]
        {
            app.call(Some(Role::Owner), "GET", path, None).await.problem(404, "not_found");
        }
        for (method, path) in
            [("DELETE", "/api/v1/clients"), ("GET", "/api/webhooks/stripe"), ("PUT", "/healthz")]
        {
            app.call(Some(Role::Owner), method, path, None).await.problem(405, "method_not_allowed");
        }
    })
    .await;
}
