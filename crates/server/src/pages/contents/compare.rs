//! `GET /contents/{id}/compare?from=&to=`: two versions side by side.

use super::show::find;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::versions;
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::layout::{Layout, Section};
use crate::words_diff::{Change, Piece};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger::{Currency, Money};

#[derive(Template)]
#[template(path = "contents/compare.html")]
struct ComparePage {
    layout: Layout,
    id: String,
    name: String,
    from: Side,
    to: Side,
    price_changed: bool,
    elements: Vec<(String, Option<String>, Option<String>)>,
    pages: Vec<Page>,
}

/// One of the two.
struct Side {
    number: i64,
    href: String,
    price: String,
}

/// A page in both.
struct Page {
    title: &'static str,
    same: bool,
    pieces: Vec<Piece>,
}

impl Piece {
    fn is_removed(&self) -> bool {
        self.change == Change::Removed
    }

    fn is_added(&self) -> bool {
        self.change == Change::Added
    }
}

/// What differs, word by word.
pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let content = find(&mut app.db.read().await?, &id).await?;
    let who = viewer.0.clone();
    let Json(found) = versions::compare(State(app.clone()), viewer, Path(id.clone()), params).await?;
    let side = |side: &versions::Compared| Side {
        number: side.number,
        href: format!("/contents/{}/versions/{}", side.content_id, side.id),
        price: Currency::parse(&side.price.currency)
            .map(|currency| Money::new(side.price.amount_minor, currency).to_string())
            .unwrap_or_default(),
    };
    let page = |title, pieces: Vec<Piece>| Page {
        title,
        same: pieces.iter().all(|piece| piece.change == Change::Same),
        pieces,
    };
    let (from, to) = (side(&found.from), side(&found.to));
    Ok(html(&ComparePage {
        layout: Layout::of(&app, &who, &format!("Compare {}", content.name), Section::Contents),
        id,
        name: content.name,
        from,
        to,
        price_changed: found.price_changed,
        elements: found.elements.into_iter().map(|e| (e.key, e.from, e.to)).collect(),
        pages: vec![
            page("Welcome", found.pages.activation),
            page("Agreement", found.pages.agreement),
            page("Payment", found.pages.confirmation),
            page("What happens next", found.pages.processing),
        ],
    }))
}
