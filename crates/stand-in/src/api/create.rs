//! Calls that make or change something. Each returns the id of what it made.
//!
//! Parameters that nothing here depends on are taken and ignored; those that Stripe knows and the stand-in cannot honour
//! are refused in words, and those that Stripe does not know as Stripe refuses them.

use crate::account::{Account, NewCustomer, NewRefund, NewSession};
use crate::account::{LIFE_S_MAX, LIFE_S_MIN};
use crate::form::Params;
use crate::model::Order;
use crate::refused::Refused;
use ledger::Currency;

/// Stripe's bound on an amount: eight digits.
const AMOUNT_MINOR_MAX: i64 = 99_999_999;

/// Change the page's looks or what else it asks for, which nothing here depends on.
const SESSION_IGNORED: &[&str] = &[
    "adaptive_pricing",
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "branding_settings",
    "consent_collection",
    "custom_text",
    "customer_update",
    "excluded_payment_method_types",
    "integration_identifier",
    "invoice_creation",
    "name_collection",
    "origin_context",
    "payment_method_collection",
    "payment_method_configuration",
    "payment_method_options",
    "payment_method_types",
    "phone_number_collection",
    "saved_payment_method_options",
    "submit_type",
    "tax_id_collection",
    "wallet_options",
];
const INTENT_DATA_IGNORED: &[&str] = &[
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
];

pub(super) fn session(account: &mut Account, mut params: Params) -> Result<String, Refused> {
    only(&mut params, "mode", "payment")?;
    only(&mut params, "ui_mode", "hosted")?;
    let (amount_minor, currency, title) = line_items(&mut params)?;
    let mut intent_data = params.inner("payment_intent_data")?;
    let capture = intent_data.text("capture_method")?;
    let customer = params.text("customer")?;
    if let Some(customer) = &customer
        && account.customer(customer).is_err()
    {
        return Err(Refused::missing("customer", customer, "customer"));
    }
    let order = Order {
        amount_minor,
        currency,
        title,
        success_url: url(&mut params, "success_url")?.ok_or_else(|| {
            let message = "Missing required param: success_url.";
            Refused::param("success_url", Some("parameter_missing"), message)
        })?,
        cancel_url: url(&mut params, "cancel_url")?,
        client_reference_id: params.text("client_reference_id")?,
        customer_email: params.text("customer_email")?,
        creates_customer: params.text("customer_creation")?.as_deref() == Some("always"),
        locale: params.text("locale")?,
        metadata: params.metadata()?,
        intent_metadata: intent_data.metadata()?,
        description: intent_data.text("description")?,
        receipt_email: intent_data.text("receipt_email")?,
        captures_later: capture.as_deref() == Some("manual"),
        expires_at_s: expires_at(&mut params, account)?,
    };
    intent_data.ignore(INTENT_DATA_IGNORED);
    intent_data.finish()?;
    params.ignore(SESSION_IGNORED);
    params.finish()?;
    Ok(account.create_session(NewSession { order, customer }).id.clone())
}

/// A parameter of which the stand-in knows one value.
fn only(params: &mut Params, field: &str, value: &str) -> Result<(), Refused> {
    match params.text(field)? {
        Some(other) if other != value && !(value == "hosted" && other == "hosted_page") => {
            let message =
                format!("The stand-in knows {field} '{value}' only; '{other}' needs the real Stripe.");
            Err(Refused::param(field, None, message))
        }
        _ => Ok(()),
    }
}

/// Sum, currency, and what the page says is bought.
fn line_items(params: &mut Params) -> Result<(i64, String, String), Refused> {
    let items = params.list("line_items")?;
    if items.is_empty() {
        let message = "You must pass `line_items` when `mode` is `payment`.";
        return Err(Refused::param("line_items", Some("parameter_missing"), message));
    }
    let mut sum_minor: i64 = 0;
    let (mut currency, mut title) = (None::<String>, None);
    for mut item in items {
        let quantity = item.integer("quantity")?.unwrap_or(1);
        let mut price = item.inner("price_data")?;
        item.ignore(&["adjustable_quantity", "tax_rates", "dynamic_tax_rates", "metadata"]);
        if item.has("price") {
            let message = "The stand-in has no products: give `price_data` instead of `price`.";
            return Err(Refused::param("line_items[0][price]", None, message));
        }
        item.finish()?;
        let in_currency = currency_of(&price.required("currency")?)?;
        if currency.as_ref().is_some_and(|first| *first != in_currency) {
            return Err(Refused::param("line_items", None, "All line items must be in one currency."));
        }
        currency = Some(in_currency);
        let unit_minor = price.integer("unit_amount")?.filter(|minor| *minor >= 0).ok_or_else(|| {
            let message = "This value must be greater than or equal to 0.";
            Refused::param(
                "line_items[0][price_data][unit_amount]",
                Some("parameter_invalid_integer"),
                message,
            )
        })?;
        let mut product = price.inner("product_data")?;
        let name = product.required("name")?;
        title.get_or_insert(name);
        let amount_minor = unit_minor.checked_mul(quantity).filter(|_| quantity > 0);
        sum_minor = amount_minor.and_then(|minor| sum_minor.checked_add(minor)).ok_or_else(too_large)?;
    }
    if sum_minor > AMOUNT_MINOR_MAX {
        return Err(too_large());
    }
    Ok((sum_minor, currency.unwrap_or_default(), title.unwrap_or_default()))
}

fn too_large() -> Refused {
    let message = "The Checkout Session's total amount must be no more than 99999999.";
    Refused::param("line_items", Some("amount_too_large"), message)
}

fn currency_of(text: &str) -> Result<String, Refused> {
    Currency::parse(text).map(|currency| currency.to_string()).ok_or_else(|| {
        let message = format!("Invalid currency: {text}.");
        Refused::param("line_items[0][price_data][currency]", None, message)
    })
}

fn url(params: &mut Params, field: &str) -> Result<Option<String>, Refused> {
    match params.text(field)? {
        Some(text) if !text.starts_with("http://") && !text.starts_with("https://") => {
            let message = "Invalid URL: An explicit scheme (such as https) must be provided.";
            Err(Refused::param(field, Some("url_invalid"), message))
        }
        text => Ok(text),
    }
}

fn expires_at(params: &mut Params, account: &Account) -> Result<i64, Refused> {
    let now_s = account.now_s();
    let Some(at_s) = params.integer("expires_at")? else { return Ok(now_s + LIFE_S_MAX) };
    let at_s = account.meant_s(at_s);
    // Stripe allows for the seconds that a request is on its way.
    if (LIFE_S_MIN - 60..=LIFE_S_MAX + 60).contains(&at_s.saturating_sub(now_s)) {
        return Ok(at_s);
    }
    let message = "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session \
                   creation.";
    Err(Refused::param("expires_at", None, message))
}

pub(super) fn refund(account: &mut Account, mut params: Params) -> Result<String, Refused> {
    let charge = params.text("charge")?;
    let intent = params.text("payment_intent")?;
    let of = charge.or(intent).ok_or_else(|| {
        Refused::plain(
            400,
            "One of the following params should be provided for this request: payment_intent or charge.",
        )
    })?;
    let new = NewRefund {
        of,
        amount_minor: params.integer("amount")?,
        reason: params.text("reason")?,
        metadata: params.metadata()?,
        fails_later: false,
    };
    params.finish()?;
    account.create_refund(new).map(|refund| refund.id.clone())
}

pub(super) fn customer(account: &mut Account, mut params: Params) -> Result<String, Refused> {
    let new = NewCustomer {
        email: params.text("email")?,
        name: params.text("name")?,
        description: params.text("description")?,
        phone: params.text("phone")?,
        metadata: params.metadata()?,
    };
    params.finish()?;
    Ok(account.create_customer(new).id.clone())
}

pub(super) fn capture(account: &mut Account, id: &str, mut params: Params) -> Result<String, Refused> {
    let amount_minor = params.integer("amount_to_capture")?;
    params.finish()?;
    account.capture(id, amount_minor).map(|()| id.to_owned())
}

pub(super) fn cancel(account: &mut Account, id: &str, mut params: Params) -> Result<String, Refused> {
    params.ignore(&["cancellation_reason"]);
    params.finish()?;
    account.cancel(id).map(|()| id.to_owned())
}
