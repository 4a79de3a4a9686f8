//! Every route with a body, and what its fields take.

use crate::util::TestApp;
use crate::util::answer::Journey;
use crate::util::event::Pay;
use crate::util::make::{content, hypothesis};
use serde_json::{Value, json};
use server::api::access::Role;

/// Becomes another one each time it is sent: nobody has two people's address.
pub(in crate::routes) const UNIQUE_EMAIL: &str = "unique@example.com";

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::routes) enum Takes {
    /// (shortest, longest) in characters
    Text(usize, usize),
    /// Likewise, in one line
    Line(usize, usize),
    Email,
    Role,
    Password,
    Customer,
    /// Names a record.
    Id,
    Amount,
    Currency,
    Probability,
    Days,
    /// (least, most)
    Whole(i64, i64),
    Truth,
    PastTime,
    Pairs,
    Object,
    Outcome,
    Ids,
    /// Of the record as it was read.
    Revision,
    Tags,
    Priority,
}

/// A field, and whether it must be there.
#[derive(Clone, Copy, Debug)]
pub(in crate::routes) struct Field {
    pub(super) path: &'static str,
    pub(super) takes: Takes,
    pub(super) required: bool,
}

/// A route and a body that it takes.
pub(in crate::routes) struct Route {
    pub(in crate::routes) method: &'static str,
    pub(in crate::routes) path: String,
    pub(in crate::routes) good: Value,
    pub(super) fields: Vec<Field>,
}

fn route(method: &'static str, path: String, good: Value, fields: Vec<Field>) -> Route {
    Route { method, path, good, fields }
}

const fn required(path: &'static str, takes: Takes) -> Field {
    Field { path, takes, required: true }
}

const fn optional(path: &'static str, takes: Takes) -> Field {
    Field { path, takes, required: false }
}

fn version_fields() -> Vec<Field> {
    let mut fields = vec![
        required("pages", Takes::Object),
        required("pages.activation", Takes::Text(1, 100_000)),
        required("pages.agreement", Takes::Text(1, 100_000)),
        required("pages.confirmation", Takes::Text(1, 100_000)),
        required("pages.processing", Takes::Text(1, 100_000)),
        required("price", Takes::Object),
        required("price.amount_minor", Takes::Amount),
        required("price.currency", Takes::Currency),
        optional("elements", Takes::Pairs),
        required("hypothesis", Takes::Object),
    ];
    fields.extend(hypothesis_fields());
    fields
}

fn hypothesis_fields() -> [Field; 4] {
    [
        required("hypothesis.statement", Takes::Text(20, 2_000)),
        required("hypothesis.category", Takes::Text(1, 50)),
        optional("hypothesis.predicted_probability", Takes::Probability),
        optional("hypothesis.predicted_days", Takes::Days),
    ]
}

fn journey_fields() -> Vec<Field> {
    let mut fields = vec![
        required("client_id", Takes::Id),
        required("content_version_id", Takes::Id),
        optional("price", Takes::Object),
        required("price.amount_minor", Takes::Amount),
        required("price.currency", Takes::Currency),
        optional("livemode", Takes::Truth),
        optional("started_at", Takes::PastTime),
        optional("hypothesis", Takes::Object),
    ];
    fields.extend(hypothesis_fields());
    fields
}

fn new_client() -> Route {
    route(
        "POST",
        "/api/v1/clients".to_owned(),
        json!({"name": "Ana", "email": "ana@example.com", "company": "Lima", "attributes": {"size": "small"},
                   "stripe_customer_id": "cus_input"}),
        vec![
            required("name", Takes::Text(1, 200)),
            required("email", Takes::Email),
            optional("company", Takes::Text(1, 200)),
            optional("attributes", Takes::Pairs),
            optional("stripe_customer_id", Takes::Customer),
        ],
    )
}

fn new_person() -> Route {
    route(
        "POST",
        "/api/v1/people".to_owned(),
        json!({"name": "Ben", "email": UNIQUE_EMAIL, "role": "editor"}),
        vec![
            required("name", Takes::Line(1, 100)),
            required("email", Takes::Email),
            required("role", Takes::Role),
            optional("password", Takes::Password),
        ],
    )
}

async fn changed_person(app: &TestApp) -> Route {
    let body = json!({"name": "Cleo", "email": "cleo@example.com", "role": "viewer"});
    let made = app.call(Some(Role::Owner), "POST", "/api/v1/people", Some(&body)).await.ok();
    route(
        "PATCH",
        format!("/api/v1/people/{}", made["id"].as_str().unwrap()),
        json!({"name": "Cleo B", "role": "editor", "active": true}),
        vec![
            optional("name", Takes::Line(1, 100)),
            optional("role", Takes::Role),
            optional("active", Takes::Truth),
        ],
    )
}

fn new_token() -> Route {
    route(
        "POST",
        "/api/v1/tokens".to_owned(),
        json!({"name": "Export", "role": "viewer"}),
        vec![required("name", Takes::Line(1, 100)), required("role", Takes::Role)],
    )
}

fn thresholds() -> Route {
    route(
        "PUT",
        "/api/v1/settings/thresholds".to_owned(),
        json!({"journeys_min": 25, "each_min": 6, "horizon_days": 45}),
        vec![
            required("journeys_min", Takes::Whole(20, 10_000)),
            required("each_min", Takes::Whole(5, 1_000)),
            required("horizon_days", Takes::Whole(1, 365)),
        ],
    )
}

/// The routes that change what a journey goes through.
async fn given(app: &TestApp) -> [Route; 3] {
    let made = app.post("/api/v1/contents", &content()).await;
    let client = app.client("given@example.com", None).await;
    let journey =
        app.journey_with(&json!({"client_id": client, "content_version_id": made["version"]["id"]})).await;
    let price = json!({"amount_minor": 1, "currency": "eur"});
    let own = [
        optional("pages", Takes::Object),
        optional("pages.activation", Takes::Text(1, 100_000)),
        optional("pages.agreement", Takes::Text(1, 100_000)),
        optional("pages.confirmation", Takes::Text(1, 100_000)),
        optional("pages.processing", Takes::Text(1, 100_000)),
        optional("elements", Takes::Pairs),
        required("hypothesis", Takes::Object),
        optional("price", Takes::Object),
        required("price.amount_minor", Takes::Amount),
        required("price.currency", Takes::Currency),
    ];
    let other = [
        required("content_version_id", Takes::Id),
        optional("hypothesis", Takes::Object),
        optional("price", Takes::Object),
        required("price.amount_minor", Takes::Amount),
        required("price.currency", Takes::Currency),
    ];
    let back = [required("version_id", Takes::Id), required("hypothesis", Takes::Object)];
    [
        route(
            "POST",
            format!("/api/v1/contents/{}/rollback", made["id"].as_str().unwrap()),
            json!({"version_id": made["version"]["id"], "hypothesis": hypothesis()}),
            [&back[..], &hypothesis_fields()].concat(),
        ),
        route(
            "POST",
            format!("/api/v1/journeys/{}/content", journey.id),
            json!({"pages": content()["pages"], "elements": {"a": "b"}, "price": price, "hypothesis": hypothesis()}),
            [&own[..], &hypothesis_fields()].concat(),
        ),
        route(
            "PUT",
            format!("/api/v1/journeys/{}/version", journey.id),
            json!({"content_version_id": made["version"]["id"], "price": price, "hypothesis": hypothesis()}),
            [&other[..], &hypothesis_fields()].concat(),
        ),
    ]
}

/// What people write of a journey.
async fn written(app: &TestApp, journey_id: &str) -> [Route; 3] {
    let notes = format!("/api/v1/journeys/{journey_id}/notes");
    let made = app.post(&notes, &json!({"text": "x"})).await;
    let texts =
        ["factors", "missed_opportunities", "deciding_factor", "to_repeat", "to_change", "next_hypothesis"];
    let mut review =
        vec![required("revision", Takes::Revision), optional("learning_note", Takes::Text(0, 10_000))];
    review.extend(texts.map(|name| optional(name, Takes::Text(0, 10_000))));
    let note = vec![
        required("text", Takes::Text(1, 10_000)),
        optional("tags", Takes::Tags),
        optional("priority", Takes::Priority),
    ];
    let change = [vec![required("revision", Takes::Revision)], note.clone()].concat();
    let filled = json!({"text": "x", "tags": ["a", "b"], "priority": "high"});
    let mut changed = filled.clone();
    changed["revision"] = json!(1);
    [
        route(
            "PUT",
            format!("/api/v1/journeys/{journey_id}/review"),
            json!({"revision": 0, "factors": "", "missed_opportunities": "", "deciding_factor": "", "to_repeat": "",
                   "to_change": "", "next_hypothesis": "", "learning_note": ""}),
            review,
        ),
        route("POST", notes.clone(), filled, note),
        route("PUT", format!("{notes}/{}", made["id"].as_str().unwrap()), changed, change),
    ]
}

/// The routes about events that take a body.
async fn about_events(app: &TestApp) -> [Route; 2] {
    [
        route(
            "POST",
            format!("/api/v1/events/{}/ignore", app.dead_event("input").await),
            json!({"reason": "x"}),
            vec![required("reason", Takes::Text(1, 500))],
        ),
        route(
            "POST",
            "/api/v1/events/replay".to_owned(),
            json!({"status": "dead", "type": "x", "livemode": true, "from": "2026-01-01", "to": "2026-01-01",
                   "dry_run": true}),
            vec![
                required("status", Takes::Id),
                optional("type", Takes::Text(1, 100)),
                optional("livemode", Takes::Truth),
                optional("from", Takes::Id),
                optional("to", Takes::Id),
                optional("dry_run", Takes::Truth),
            ],
        ),
    ]
}

/// Every route, on records made for it.
pub(in crate::routes) async fn routes(app: &TestApp) -> Vec<Route> {
    let [rollback, copy, version_of] = given(app).await;
    let [ignoring, replaying] = about_events(app).await;
    let journey = app.journey().await;
    let [review, new_note, note] = written(app, &journey.id).await;
    let made = app.post("/api/v1/contents", &content()).await;
    let pay = Pay::new("input");
    app.deliver(&pay.success()).await;
    let mut version = content();
    version.as_object_mut().unwrap().remove("name");
    let mut with_name = version_fields();
    with_name.push(required("name", Takes::Text(1, 200)));
    let id = &journey.id;
    let marking = vec![required("outcome", Takes::Outcome), optional("note", Takes::Text(0, 10_000))];
    vec![
        rollback,
        copy,
        version_of,
        review,
        new_note,
        note,
        new_client(),
        new_person(),
        changed_person(app).await,
        new_token(),
        thresholds(),
        route(
            "PATCH",
            format!("/api/v1/clients/{}", journey.client_id),
            json!({"stripe_customer_id": "cus_input"}),
            vec![optional("stripe_customer_id", Takes::Customer)],
        ),
        route("POST", "/api/v1/contents".to_owned(), content(), with_name),
        route(
            "POST",
            format!("/api/v1/contents/{}/versions", made["id"].as_str().unwrap()),
            version,
            version_fields(),
        ),
        new_journey(&journey),
        route(
            "POST",
            format!("/api/v1/journeys/{id}/mark"),
            json!({"outcome": "responded", "note": "x"}),
            marking.clone(),
        ),
        route(
            "PUT",
            format!("/api/v1/journeys/{id}/override"),
            json!({"outcome": "ghosted", "reason": "x"}),
            vec![required("outcome", Takes::Outcome), required("reason", Takes::Text(1, 10_000))],
        ),
        route(
            "POST",
            "/api/v1/journeys/bulk-mark".to_owned(),
            json!({"ids": [id], "outcome": "ghosted", "note": "x", "dry_run": false}),
            [marking, vec![required("ids", Takes::Ids), optional("dry_run", Takes::Truth)]].concat(),
        ),
        saved_view(),
        route(
            "POST",
            format!("/api/v1/payments/{}/link", pay.intent_id()),
            json!({"journey_id": id}),
            vec![required("journey_id", Takes::Id)],
        ),
        ignoring,
        replaying,
    ]
}

fn new_journey(like: &Journey) -> Route {
    let good = json!({"client_id": like.client_id, "content_version_id": like.content_version_id,
        "price": {"amount_minor": 1, "currency": "eur"}, "livemode": false,
        "started_at": "2026-11-01T00:00:00Z", "hypothesis": hypothesis()});
    route("POST", "/api/v1/journeys".to_owned(), good, journey_fields())
}

fn saved_view() -> Route {
    route(
        "POST",
        "/api/v1/saved-views".to_owned(),
        json!({"name": "Paid", "query": "outcome=paid", "shared": true}),
        vec![
            required("name", Takes::Text(1, 60)),
            required("query", Takes::Text(1, 2_000)),
            optional("shared", Takes::Truth),
        ],
    )
}
