//! `/settings/set-up`: what is left to do, each with how. Also a panel on the first page until all is done.

use super::frame::{Frame, Tab, layout};
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::query::Params;
use crate::app::App;
use crate::first_steps::{Key, Steps, steps};
use crate::pages::errors::html;
use crate::pages::layout::Layout;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

/// What is asked for again while something is left to do.
const PIECE: &str = "/settings/set-up/steps";

/// The steps, whole or as a panel.
#[derive(Template)]
#[template(path = "settings/steps.html")]
pub(in crate::pages) struct Panel {
    steps: Steps,
    compact: bool,
    refresh: Option<String>,
    public_url: String,
}

impl Panel {
    fn new(app: &App, steps: Steps, compact: bool) -> Self {
        let href = if compact { format!("{PIECE}?compact=true") } else { PIECE.to_owned() };
        let refresh = (!steps.all_done()).then_some(href);
        Self { steps, compact, refresh, public_url: app.config.public_url.clone() }
    }

    /// For the first page, while something is left to do.
    pub(in crate::pages) async fn on_first_page(app: &App) -> Result<Option<Self>> {
        let steps = steps(app).await?;
        // Until Stripe answers, nothing is known to be wrong with the key.
        let only_asked = steps.left() == 1 && steps.key == Key::Asked;
        Ok((!steps.all_done() && !only_asked).then(|| Self::new(app, steps, true)))
    }

    fn key_fault(&self) -> Option<&str> {
        match &self.steps.key {
            Key::Refused(words) | Key::Unreachable(words) => Some(words),
            Key::Missing | Key::Asked | Key::Good => None,
        }
    }

    fn key_is(&self) -> &'static str {
        match self.steps.key {
            Key::Missing => "missing",
            Key::Asked => "asked",
            Key::Good => "good",
            Key::Refused(_) => "refused",
            Key::Unreachable(_) => "unreachable",
        }
    }
}

#[derive(Template)]
#[template(path = "settings/set_up.html")]
struct StepsPage {
    layout: Layout,
    frame: Frame,
    panel: Panel,
}

/// All of it.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer) -> Result<Response> {
    let panel = Panel::new(&app, steps(&app).await?, false);
    let layout = layout(&app, &who, "Set-up");
    Ok(html(&StepsPage { layout, frame: Frame::of(&who, Tab::SetUp), panel }))
}

/// The piece that changes.
pub(super) async fn piece(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Response> {
    let compact = params.truth("compact").unwrap_or(false);
    params.finish(())?;
    Ok(html(&Panel::new(&app, steps(&app).await?, compact)))
}
