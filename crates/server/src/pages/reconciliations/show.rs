//! `GET /reconciliations/{id}`: one comparison: figures on both sides, and each object that differs.

use super::RECONCILIATIONS;
use super::view::{Run, kind_words, money};
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::path::Path;
use crate::api::query::{Params, is_stripe_id};
use crate::api::reconciliations as api;
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::href::with_query;
use crate::pages::inbox::{Asked, StripeId, frame, pager};
use crate::pages::layout::{Layout, Section};
use crate::pages::list::{Choice, Pager};
use crate::reconcile::{self, Progress};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::{BTreeMap, BTreeSet};
use store::reconciliations::{self, Difference};
use store::{Conn, events, snapshots};

#[derive(Template)]
#[template(path = "reconciliations/show.html")]
struct ReconciliationPage {
    layout: Layout,
    run: Run,
    asked: Asked,
    kinds: Vec<Choice>,
    currencies: Vec<Choice>,
    differences: Vec<Row>,
    pager: Pager,
    export: String,
    path: String,
    back: String,
}

/// An object of which Stripe and we say different things.
struct Row {
    object: StripeId,
    kind: String,
    what: String,
    stripe: String,
    ours: String,
    /// Where we show it.
    here: Option<String>,
}

/// A number is money of the object's currency; anything else is said as it is.
fn side(text: Option<&str>, currency: Option<&str>) -> String {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return "nothing".to_owned() };
    text.parse().map_or_else(|_| text.to_owned(), |minor| money(minor, currency))
}

impl Row {
    fn of(app: &App, d: Difference, livemode: bool, known: &Known) -> Self {
        let Known { payments, stored } = known;
        let here = match payments.get(&d.object_id) {
            Some(payment) => Some(format!("/payments/{payment}")),
            None => stored.contains(&d.object_id).then(|| format!("/events/{}", d.object_id)),
        };
        let currency = d.currency.as_deref();
        Self {
            stripe: side(d.stripe.as_deref(), currency),
            ours: side(d.ours.as_deref(), currency),
            kind: kind_words(&d.kind),
            what: d.what,
            object: StripeId::of(app, &d.object_id, livemode),
            here,
        }
    }
}

/// What we know of the objects.
struct Known {
    /// The payments that they belong to.
    payments: BTreeMap<String, String>,
    /// Those that are events.
    stored: BTreeSet<String>,
}

async fn known(conn: &mut Conn, rows: &[Difference]) -> Result<Known> {
    let ids: Vec<String> = rows.iter().map(|d| d.object_id.clone()).collect();
    let objects = snapshots::by_ids(conn, ids.clone()).await?;
    let payments = objects.into_iter().map(|object| (object.id, object.payment_id)).collect();
    Ok(Known { payments, stored: events::existing(conn, ids).await? })
}

/// The kinds and the currencies that there are.
fn choices(found: &Progress, asked: &Asked) -> (Vec<Choice>, Vec<Choice>) {
    let kinds = found.figures.iter().map(|f| f.kind.clone()).chain(["events".to_owned()]);
    let kinds: BTreeSet<String> = kinds.collect();
    let currencies: BTreeSet<String> = found.figures.iter().filter_map(|f| f.currency.clone()).collect();
    let kinds = kinds.into_iter().map(|kind| (kind.clone(), kind_words(&kind)));
    let currencies = currencies.into_iter().map(|code| (code.clone(), code.to_uppercase()));
    (Choice::all(kinds, asked.some("kind")), Choice::all(currencies, asked.some("currency")))
}

/// One comparison.
pub(super) async fn page(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
    mut params: Params,
) -> Result<Response> {
    let filter = api::difference_filter(&params);
    let asked = Asked::read(&app, &mut params, &["q", "kind", "currency"]);
    let page = params.page(is_stripe_id)?;
    let mut conn = app.db.read().await?;
    let stored = api::get(&mut conn, &id).await?;
    let livemode = stored.livemode;
    let after = page.after.clone().unwrap_or_default();
    let rows = reconciliations::differences(&mut conn, &id, &filter, &after, page.rows()).await?;
    let rows = page.list(rows, |d| d.object_id.clone());
    let known = known(&mut conn, &rows.items).await?;
    let running = reconcile::is_running(&app, &mut conn).await?;
    let of_mode = Asked::mode(livemode);
    let mut layout = frame(&app, &who, "Comparison with Stripe", Section::Events, &of_mode, RECONCILIATIONS);
    layout.modes.clear();
    let path = format!("{RECONCILIATIONS}/{id}");
    let (kinds, currencies) = choices(&Progress::read(&stored)?, &asked);
    Ok(html(&ReconciliationPage {
        layout,
        kinds,
        currencies,
        differences: rows.items.into_iter().map(|d| Row::of(&app, d, livemode, &known)).collect(),
        pager: pager(&asked, &path, rows.next.as_deref(), "More"),
        export: with_query(
            &format!("{path}/differences.csv"),
            [("q", asked.some("q")), ("kind", asked.some("kind")), ("currency", asked.some("currency"))],
        ),
        run: Run::of(stored, running, app.context.clock.now_ms())?,
        path,
        back: of_mode.href(RECONCILIATIONS),
        asked,
    }))
}
