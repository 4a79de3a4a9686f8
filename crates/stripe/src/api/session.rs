//! Checkout Sessions: open, look, end. <https://docs.stripe.com/api/checkout/sessions>

use super::client::{Api, Success};
use super::error::ApiError;
use super::form::{Form, segment};
use crate::lenient::{Flag, Int, Reference, Text};
use serde::Deserialize;

/// How far a session has come, by Stripe's `status` and `payment_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// The client can pay.
    Open,
    /// Paid, or nothing to pay.
    Paid,
    /// Completed, and the money is on its way, or failed on it.
    CompleteUnpaid,
    /// Nobody can pay any more.
    Expired,
}

/// What is needed of a session that we opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `cs_…`
    pub id: String,
    /// See [`SessionState`].
    pub state: SessionState,
    /// Where the client pays; only while open.
    pub url: Option<String>,
    /// Live or test money.
    pub livemode: bool,
    /// Unix seconds.
    pub created_s: Option<i64>,
    /// Our journey, if it is one of ours.
    pub client_reference_id: Option<String>,
    /// Status of its PaymentIntent, when the session has one.
    pub intent_status: Option<String>,
    /// Of the answer that told this.
    pub request_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    object: Text<'a>,
    status: Text<'a>,
    payment_status: Text<'a>,
    url: Text<'a>,
    livemode: Flag,
    created: Int,
    client_reference_id: Text<'a>,
    payment_intent: Reference<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Intent<'a> {
    #[serde(borrow)]
    status: Text<'a>,
}

/// A session's JSON; `None` when it is none.
pub(super) fn read(json: &str) -> Option<Session> {
    let wire: Wire = serde_json::from_str(json).ok()?;
    let state = match (wire.object.get(), wire.status.get(), wire.payment_status.get()) {
        (Some("checkout.session"), Some("open"), _) => SessionState::Open,
        (Some("checkout.session"), Some("expired"), _) => SessionState::Expired,
        (Some("checkout.session"), Some("complete"), Some("unpaid")) => SessionState::CompleteUnpaid,
        (Some("checkout.session"), Some("complete"), _) => SessionState::Paid,
        _ => return None,
    };
    let own = |text: &Text| text.get().map(str::to_owned);
    Some(Session {
        id: wire.id.id()?,
        state,
        url: own(&wire.url).filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        livemode: wire.livemode.is_true(),
        created_s: wire.created.0,
        client_reference_id: own(&wire.client_reference_id),
        intent_status: own(&wire.payment_intent.expanded().fields::<Intent>().status),
        request_id: None,
    })
}

fn answered(success: &Success) -> Result<Session, ApiError> {
    let session = read(&success.json).ok_or_else(|| success.garbled("it is no Checkout Session"))?;
    Ok(Session { request_id: success.request_id.clone(), ..session })
}

impl Api {
    /// Opens a session. The same parameters under the same key give the same session, however often they are sent.
    pub async fn create_session(&self, params: &Form, idempotency_key: &str) -> Result<Session, ApiError> {
        let path = "/v1/checkout/sessions".to_owned();
        let success = self.post(path, params.encode(), idempotency_key).await?;
        let session = answered(&success)?;
        if session.state == SessionState::Open && session.url.is_none() {
            return Err(success.garbled("the session has no address to pay at"));
        }
        Ok(session)
    }

    /// A session, with the status of its payment.
    pub async fn session(&self, id: &str) -> Result<Session, ApiError> {
        let expand = Form::new().with("expand[]", "payment_intent").encode();
        answered(&self.get(format!("/v1/checkout/sessions/{}?{expand}", segment(id)), None).await?)
    }

    /// Ends an open session. Refused with [`ApiError::Invalid`] when it is not open any more.
    pub async fn expire_session(&self, id: &str) -> Result<Session, ApiError> {
        let path = format!("/v1/checkout/sessions/{}/expire", segment(id));
        answered(&self.post(path, String::new(), &format!("expire-{id}")).await?)
    }
}
