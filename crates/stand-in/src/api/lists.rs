//! Lists and their pages. <https://docs.stripe.com/api/pagination>

use crate::account::{Account, Kind, Page};
use crate::form::Params;
use crate::refused::Refused;
use crate::shape;
use serde_json::Value;

const LIMIT_DEFAULT: i64 = 10;
const LIMIT_MAX: i64 = 100;
/// `types[]` of events.
const TYPES_MAX: usize = 20;

pub(super) fn list(account: &Account, kind: Kind, mut params: Params, url: &str) -> Result<Value, Refused> {
    let limit = params.integer("limit")?.unwrap_or(LIMIT_DEFAULT);
    let limit =
        usize::try_from(limit).ok().filter(|_| (1..=LIMIT_MAX).contains(&limit)).ok_or_else(|| {
            let message = format!("Invalid integer: limit must be between 1 and {LIMIT_MAX}");
            Refused::param("limit", Some("parameter_invalid_integer"), message)
        })?;
    let mut page = Page {
        limit,
        starting_after: params.text("starting_after")?,
        ending_before: params.text("ending_before")?,
        created_s: created(&mut params)?,
        ..Page::default()
    };
    for field in filters(kind) {
        if let Some(want) = params.text(field)? {
            page.having.push((field, want));
        }
    }
    if kind == Kind::Event {
        page.types = types(&mut params)?;
        page.delivered = params.boolean("delivery_success")?;
    }
    params.finish()?;
    let (data, has_more) = account.page(kind, &page)?;
    Ok(shape::list(url, &data, has_more))
}

fn filters(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Session => &["customer", "payment_intent", "status"],
        Kind::Intent => &["customer"],
        Kind::Charge => &["customer", "payment_intent"],
        Kind::Refund | Kind::Dispute => &["charge", "payment_intent"],
        Kind::Customer => &["email"],
        Kind::Event => &[],
    }
}

/// `created=1` or any of `created[gt|gte|lt|lte]`, as inclusive bounds.
fn created(params: &mut Params) -> Result<Option<(i64, i64)>, Refused> {
    if !params.has("created") {
        return Ok(None);
    }
    let Ok(mut bounds) = params.inner("created") else {
        return Err(Refused::param("created", None, "Invalid object"));
    };
    let after_s = bounds.integer("gt")?.map(|s| s.saturating_add(1));
    let from_s = bounds.integer("gte")?.max(after_s).unwrap_or(i64::MIN);
    let before_s = bounds.integer("lt")?.map_or(i64::MAX, |s| s.saturating_sub(1));
    let to_s = bounds.integer("lte")?.unwrap_or(i64::MAX).min(before_s);
    bounds.finish()?;
    Ok(Some((from_s, to_s)))
}

fn types(params: &mut Params) -> Result<Vec<String>, Refused> {
    let mut types = params.texts("types")?;
    if types.len() > TYPES_MAX {
        let message = format!("You may only specify up to {TYPES_MAX} event types.");
        return Err(Refused::param("types", None, message));
    }
    types.extend(params.text("type")?);
    Ok(types)
}
