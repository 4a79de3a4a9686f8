//! What Stripe is asked for, to the byte. <https://docs.stripe.com/api/checkout/sessions/create>

use super::CheckoutError;
use store::StoreError;
use store::attempts::StoredAttempt;
use store::clients::StoredClient;
use store::journeys::StoredJourney;
use stripe::api::Form;

/// How long a session can be paid. Stripe keeps an idempotency key for 24 hours at least: as long as a session of an
/// attempt may be open, asking again under its key finds it.
const SESSION_LIFE_S: i64 = 23 * 3600;
/// Clocks may differ by as much as signatures may be old.
const CLOCK_SKEW_S: i64 = stripe::TOLERANCE_S;
/// Stripe's limit for a product's name, in characters.
const NAME_CHARS_MAX: usize = 250;

/// How Stripe is told who pays. It may know nothing of a customer that we were told of, or not like an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payer {
    Customer,
    Email,
    Nobody,
}

impl Payer {
    /// What to try after Stripe refused a parameter; nothing when it was another one.
    pub(super) fn next(self, refused: Option<&str>) -> Option<Self> {
        match (self, refused) {
            (Self::Customer, Some("customer")) => Some(Self::Email),
            (Self::Customer | Self::Email, Some("customer_email")) => Some(Self::Nobody),
            _ => None,
        }
    }

    fn put(self, form: Form, client: &StoredClient) -> Form {
        match (self, &client.stripe_customer_id) {
            (Self::Customer, Some(customer)) => form.with("customer", customer),
            (Self::Nobody, _) => form,
            (Self::Customer | Self::Email, _) => form.with("customer_email", &client.email),
        }
    }
}

/// The request for a new session. `public_url` without a trailing slash.
pub(super) fn form(
    journey: &StoredJourney,
    client: &StoredClient,
    content_name: &str,
    public_url: &str,
    now_ms: i64,
    payer: Payer,
) -> Form {
    let back = format!("{public_url}/j/{}", journey.token);
    let name: String = content_name.chars().take(NAME_CHARS_MAX).collect();
    let item = "line_items[0][price_data]";
    let form = Form::new()
        .with("mode", "payment")
        .with("client_reference_id", &journey.id)
        .with("line_items[0][quantity]", "1")
        .with(format!("{item}[currency]"), journey.price.currency.as_str())
        .with(format!("{item}[unit_amount]"), journey.price.amount_minor.to_string())
        .with(format!("{item}[product_data][name]"), name)
        .with("success_url", format!("{back}?back=paid&session_id={{CHECKOUT_SESSION_ID}}"))
        .with("cancel_url", format!("{back}?back=canceled"))
        .with("expires_at", (now_ms.div_euclid(1000) + SESSION_LIFE_S).to_string());
    let tags = [
        ("clientId", &journey.client_id),
        ("journeyId", &journey.id),
        ("contentVersionId", &journey.content_version_id),
        ("hypothesisId", &journey.hypothesis_id),
    ];
    tags.into_iter().fold(payer.put(form, client), |form, (key, value)| {
        form.with(format!("metadata[{key}]"), value)
            .with(format!("payment_intent_data[metadata][{key}]"), value)
    })
}

/// The stored request of an attempt.
pub(super) fn read(attempt: &StoredAttempt) -> Result<Form, CheckoutError> {
    serde_json::from_str(&attempt.params)
        .map_err(|e| StoreError::Corrupt { table: "checkout_attempt", why: e.to_string() }.into())
}

/// All tries of an attempt, on any node and after any crash, are one request to Stripe.
pub(super) fn idempotency_key(attempt: &StoredAttempt) -> String {
    format!("checkout-{}-{}", attempt.journey_id, attempt.number)
}

/// Too old for its session, if there ever was one, to be open still.
pub(super) fn is_forgotten(attempt: &StoredAttempt, now_ms: i64) -> bool {
    now_ms.saturating_sub(attempt.started_at_ms) > SESSION_LIFE_S * 1000
}

/// When its session can have been made, Unix seconds.
pub(super) fn created_between(attempt: &StoredAttempt) -> (i64, i64) {
    let started_s = attempt.started_at_ms.div_euclid(1000);
    (started_s - CLOCK_SKEW_S, started_s + SESSION_LIFE_S)
}
