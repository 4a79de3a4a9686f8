//! Clients.

use super::access::{Editor, Principal, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::apply::{Context, journeys, weak};
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use store::Conn;
use store::clients::{self, StoredClient};
use utoipa::ToSchema;

/// Characters of a name or company.
const NAME_CHARS_MAX: usize = 200;
/// RFC 5321 section 4.5.3.1.
const EMAIL_CHARS_MAX: usize = 254;

/// Someone who should pay.
#[derive(Debug, Serialize, ToSchema)]
pub struct Client {
    id: String,
    name: String,
    email: String,
    company: Option<String>,
    attributes: BTreeMap<String, String>,
    stripe_customer_id: Option<String>,
    created_at: String,
}

impl From<StoredClient> for Client {
    fn from(c: StoredClient) -> Self {
        Self {
            id: c.id,
            name: c.name,
            email: c.email,
            company: c.company,
            attributes: c.attributes,
            stripe_customer_id: c.stripe_customer_id,
            created_at: rfc3339(c.created_at_ms),
        }
    }
}

/// Body of a new client.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewClient {
    name: String,
    email: String,
    company: Option<String>,
    attributes: Option<BTreeMap<String, String>>,
    stripe_customer_id: Option<String>,
}

/// Body of a change.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct ClientChange {
    /// Null takes it away.
    #[schema(required = true)]
    stripe_customer_id: Option<String>,
}

/// Make a client.
#[utoipa::path(post, path = "/api/v1/clients", tag = "clients", request_body = NewClient,
    responses((status = 201, body = Client), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Editor(who): Editor,
    mut form: Form,
) -> Result<(StatusCode, Json<Client>)> {
    let client = read(&app.context, &mut form);
    let client = form.finish(client)?;
    let mut conn = app.db.ledger().await?;
    add(&app, &mut conn, &who, &client).await?;
    let concerned = weak::settle_client(&mut conn, &client.id).await?;
    let changes = journeys::rejudge(&mut conn, &app.context, &concerned).await?;
    app.live.commit(conn, changes).await?;
    Ok((StatusCode::CREATED, Json(client.into())))
}

/// Writes a new client, and who made it.
pub(super) async fn add(app: &App, conn: &mut Conn, who: &Principal, client: &StoredClient) -> Result<()> {
    clients::insert(conn, client).await?;
    audit::record(conn, &app.context, who, "client.create", Some(&client.id), json!({})).await?;
    Ok(())
}

/// Name a client's Stripe customer. Payments that waited for it are matched.
#[utoipa::path(patch, path = "/api/v1/clients/{id}", tag = "clients", request_body = ClientChange,
    responses((status = 200, body = Client), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn update(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Json<Client>> {
    if !form.names("stripe_customer_id") {
        form.fault("stripe_customer_id", "is required; null takes it away");
    }
    let customer = customer(&mut form, "stripe_customer_id");
    let customer = form.finish(customer)?;
    let mut conn = app.db.ledger().await?;
    if !IdKind::Client.fits(&id) || !clients::set_customer(&mut conn, &id, customer.as_deref()).await? {
        return Err(Problem::not_found("client"));
    }
    let concerned = weak::settle_client(&mut conn, &id).await?;
    let changes = journeys::rejudge(&mut conn, &app.context, &concerned).await?;
    let client = clients::get(&mut conn, &id).await?.ok_or_else(|| Problem::not_found("client"))?;
    let detail = json!({"stripe_customer_id": customer});
    audit::record(&mut conn, &app.context, &who, "client.change", Some(&id), detail).await?;
    app.live.commit(conn, changes).await?;
    Ok(Json(client.into()))
}

/// One client.
#[utoipa::path(get, path = "/api/v1/clients/{id}", tag = "clients",
    responses((status = 200, body = Client), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, Path(id): Path<String>) -> Result<Json<Client>> {
    let found =
        if IdKind::Client.fits(&id) { clients::get(&mut app.db.read().await?, &id).await? } else { None };
    found.map(|client| Json(client.into())).ok_or_else(|| Problem::not_found("client"))
}

/// Clients, newest first.
#[utoipa::path(get, path = "/api/v1/clients", tag = "clients",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Client>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, params: Params) -> Result<Json<List<Client>>> {
    let page = params.page(|after| IdKind::Client.fits(after))?;
    let found = clients::list(&mut app.db.read().await?, page.after.as_deref(), page.rows()).await?;
    let items = found.into_iter().map(Client::from).collect();
    Ok(Json(page.list(items, |client| client.id.clone())))
}

/// Reads a new client from a body, or from a row of a file.
pub fn read(context: &Context, form: &mut Form) -> StoredClient {
    read_at(context, form, "")
}

/// Likewise from an object inside a body: `prefix` is its path with a dot behind, or nothing.
pub fn read_at(context: &Context, form: &mut Form, prefix: &str) -> StoredClient {
    let at = |field: &str| format!("{prefix}{field}");
    StoredClient {
        id: context.ids.make(IdKind::Client),
        name: form.text(&at("name"), 1..=NAME_CHARS_MAX),
        email: email(form, &at("email")),
        company: form.opt_text(&at("company"), 1..=NAME_CHARS_MAX),
        attributes: form.pairs(&at("attributes")),
        stripe_customer_id: customer(form, &at("stripe_customer_id")),
        created_at_ms: context.clock.now_ms(),
    }
}

/// The address at `path`, in lower case.
pub fn email(form: &mut Form, path: &str) -> String {
    let email = form.text(path, 3..=EMAIL_CHARS_MAX).to_lowercase();
    let well_formed = email.split_once('@').is_some_and(|(local, domain)| {
        let clean =
            |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
        clean(local) && clean(domain) && !domain.contains('@')
    });
    if !email.is_empty() && !well_formed {
        form.fault(path, "must be an e-mail address such as ana@example.com");
    }
    email
}

fn customer(form: &mut Form, path: &str) -> Option<String> {
    let id = form.opt_text(path, 1..=255)?;
    if !super::query::is_stripe_id(&id) {
        form.fault(path, "must be a Stripe customer id such as cus_…");
    }
    Some(id)
}
