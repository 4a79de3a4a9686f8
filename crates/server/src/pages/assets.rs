//! Style sheet, scripts and pictures: part of the binary, at addresses that name their content, so that a browser may
//! keep them for ever and a new version is a new address.

use crate::api::Problem;
use crate::ids::hex;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// Bytes of the hash that an address carries.
const HASH_BYTES: usize = 8;
/// A year, which is as long as caches go.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Both sheets share the tokens: the colours and measures are named once.
const STYLE: &str = concat!(
    include_str!("../../assets/whypaid.css"),
    include_str!("../../assets/charts.css"),
    include_str!("../../assets/intelligence.css"),
    include_str!("../../assets/list.css"),
    include_str!("../../assets/inboxes.css"),
    include_str!("../../assets/dialog.css"),
    include_str!("../../assets/contents.css"),
    include_str!("../../assets/settings.css"),
    include_str!("../../assets/tokens.css")
);
const CLIENT_STYLE: &str =
    concat!(include_str!("../../assets/client.css"), include_str!("../../assets/tokens.css"));
/// Each part names itself on `window`, in this order.
const DIALOG: &str = concat!(
    include_str!("../../assets/drafts.js"),
    include_str!("../../assets/journey.js"),
    include_str!("../../assets/dialog.js"),
    include_str!("../../assets/forms.js")
);
const SVG: &str = "image/svg+xml";

/// A file of the binary.
pub(super) struct Asset {
    name: String,
    content_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, content: &'static str) -> Self {
        let hash = hex(&Sha256::digest(content.as_bytes())[..HASH_BYTES]);
        Self { name: format!("{stem}.{hash}.{extension}"), content_type, content }
    }

    /// Its address on this server.
    pub(super) fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// All of them.
pub(super) struct Assets {
    /// The design system.
    pub(super) style: Asset,
    /// Makes lists change by themselves.
    pub(super) live: Asset,
    /// Copies what a button names.
    pub(super) copy: Asset,
    /// Loads parts of a page again.
    pub(super) refresh: Asset,
    /// Shows journeys over the list, and keeps what is typed.
    pub(super) dialog: Asset,
    /// Search as you type, keys, ticking.
    pub(super) list: Asset,
    /// Changes a piece of the page without losing focus or selection.
    pub(super) morph: Asset,
    /// Tells what a chart says where one points.
    pub(super) charts: Asset,
    /// Loads the parts of the page of statistics, and loads them again as they change.
    pub(super) intelligence: Asset,
    /// The design system, as far as a client's phone needs it.
    pub(super) client: Asset,
    /// Tells how long a client's page was seen.
    pub(super) seen: Asset,
    /// Keeps the first steps current.
    pub(super) settings: Asset,
    /// The sign in the browser's tab.
    pub(super) icon: Asset,
}

/// Named once, at first use.
pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: Asset::new("whypaid", "css", CSS, STYLE),
    live: Asset::new("live", "js", SCRIPT, include_str!("../../assets/live.js")),
    copy: Asset::new("copy", "js", SCRIPT, include_str!("../../assets/copy.js")),
    refresh: Asset::new("refresh", "js", SCRIPT, include_str!("../../assets/refresh.js")),
    dialog: Asset::new("dialog", "js", SCRIPT, DIALOG),
    list: Asset::new("list", "js", SCRIPT, include_str!("../../assets/list.js")),
    morph: Asset::new("idiomorph", "js", SCRIPT, include_str!("../../assets/vendor/idiomorph.min.js")),
    charts: Asset::new("charts", "js", SCRIPT, include_str!("../../assets/charts.js")),
    intelligence: Asset::new("intelligence", "js", SCRIPT, include_str!("../../assets/intelligence.js")),
    client: Asset::new("client", "css", CSS, CLIENT_STYLE),
    seen: Asset::new("seen", "js", SCRIPT, include_str!("../../assets/seen.js")),
    settings: Asset::new("settings", "js", SCRIPT, include_str!("../../assets/settings.js")),
    icon: Asset::new("whypaid", "svg", SVG, include_str!("../../assets/whypaid.svg")),
});

/// What a file's answer carries besides.
pub(super) async fn protect(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("same-origin");
    response.headers_mut().insert("cross-origin-resource-policy", policy);
    response
}

/// `GET /assets/{name}`
pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    let all = &*ASSETS;
    let styles = [&all.style, &all.client];
    let scripts = [
        &all.live,
        &all.copy,
        &all.refresh,
        &all.dialog,
        &all.list,
        &all.morph,
        &all.charts,
        &all.intelligence,
        &all.seen,
        &all.settings,
    ];
    let mut every = styles.into_iter().chain(scripts).chain([&all.icon]);
    let found = every.find(|asset| asset.name == name);
    let asset = found.ok_or_else(|| Problem::not_found("file"))?;
    let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, CACHE_CONTROL)];
    Ok((headers, asset.content).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// All areas share one sheet: a class of one must not lay out another's page. Once the summary of the statistics
    /// and that of the list were both `.summary`.
    #[test]
    fn each_class_is_defined_by_one_area() {
        let rules = STYLE.lines().filter_map(|line| line.strip_prefix("  .")?.split_once(" {"));
        let bare = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let mut seen = BTreeSet::new();
        let again: Vec<&str> =
            rules.map(|(name, _)| name).filter(|name| bare(name) && !seen.insert(*name)).collect();
        assert!(seen.len() > 100 && again.is_empty(), "defined twice: {again:?}");
    }
}
