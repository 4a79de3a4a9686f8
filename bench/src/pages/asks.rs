//! Which pages are asked for.

use super::seed::Places;

/// One row of the table.
pub(super) struct Ask {
    pub(super) name: &'static str,
    pub(super) path: String,
}

/// All of them, by what was seeded.
pub(super) fn all(places: &Places) -> Vec<Ask> {
    let Places { middle, oldest, content, rare, .. } = places;
    let page = |name, query: &str| Ask { name, path: format!("/?livemode=true{query}") };
    let mut all = vec![
        page("first page, with tiles and alerts", ""),
        page("page in the middle", &format!("&after={middle}")),
        page("last page", &format!("&after={oldest}")),
        page("page before the last", &format!("&before={oldest}")),
        page("oldest first", "&sort=oldest"),
        page("last change first", "&sort=changed"),
        page("highest price first", "&sort=price"),
        page("200 rows", "&limit=200"),
        page("outcome paid (30 %)", "&outcome=paid"),
        page("outcome paid, in the middle", &format!("&outcome=paid&after={middle}")),
        page("outcome responded (8 %)", "&outcome=responded"),
        page("payment failed (2 %)", "&payment_status=failed"),
        page("payment disputed (0.02 %)", "&payment_status=disputed"),
        page("one content of 20", &format!("&content={content}")),
        page("one category of 8", "&category=urgency"),
        page("one segment of 10", "&segment=country%3DDE"),
        page("a month", "&from=2026-03-01&to=2026-03-31"),
        page("two filters, many", "&outcome=paid&segment=country%3DDE"),
        page("two filters, few", &format!("&payment_status=failed&content={content}")),
        page(
            "four filters",
            &format!("&outcome=pending&payment_status=failed&content={content}&segment=plan%3Dgold"),
        ),
        page("two that exclude each other", "&outcome=paid&payment_status=failed"),
        page("filter, last change first", "&outcome=responded&sort=changed"),
        page("rare filter, highest price first", "&payment_status=disputed&sort=price"),
        page("rare segment, oldest first", "&segment=vip%3Dyes&sort=oldest"),
        page("search: all have it", "&q=example"),
        page("search: 2 % have it", "&q=lima"),
        page("search: one has it", &format!("&q={rare}")),
        page("search: none has it", "&q=zzzzzz"),
        page("search: one letter", "&q=a"),
        page("search: two words, each of many", "&q=lima%20gold"),
        page("search and filter", "&q=lima&outcome=paid"),
        page("search, highest price first", "&q=lima&sort=price"),
        Ask { name: "test mode (one in 1 000)", path: "/?livemode=false".to_owned() },
    ];
    let api = |name, path: &str| Ask { name, path: path.to_owned() };
    all.extend([
        api("API: both modes", "/api/v1/journeys"),
        api("API: both modes, filter", "/api/v1/journeys?outcome=responded&sort=changed"),
        api("API: payments", "/api/v1/payments"),
        api("API: unmatched payments", "/api/v1/payments?unmatched=true"),
        api("API: events", "/api/v1/events"),
        api("payments", "/payments?livemode=true"),
        api("payments, search: 2 % have it", "/payments?livemode=true&q=lima"),
        api("payments, search: two words", "/payments?livemode=true&q=lima%20gold"),
        api("payments, search: none has it", "/payments?livemode=true&q=zzzzzz"),
        api("payments that wait for a journey", "/payments/unmatched?livemode=true"),
        api("events", "/events?livemode=true"),
        api("events, search: nothing mentions it", "/events?livemode=true&q=pi_nothing"),
        api("contents", "/contents"),
    ]);
    all
}
