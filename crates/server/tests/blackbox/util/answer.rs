//! What the server answered, and small readers of it. They refuse fields that SPEC does not name, so that the shape of
//! each answer is tested by every test that reads it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    /// Null when the body is not JSON.
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let content_type =
            headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let text = response.text().await.expect("a body");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, content_type, headers, text, json }
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json
    }

    /// Asserts a problem of RFC 9457 with this status and code; returns the fields at fault.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Vec<String> {
        let found: Problem = serde_json::from_value(self.json.clone())
            .unwrap_or_else(|error| panic!("not a problem ({error}): {} {}", self.status, self.text));
        assert_eq!((self.status, found.code.as_str()), (status, code), "{}", self.text);
        assert_eq!(self.content_type, "application/problem+json");
        assert_eq!(found.status, status, "{}", self.text);
        assert!(!found.title.is_empty() && !found.detail.is_empty(), "{}", self.text);
        assert!(found.errors.iter().all(|e| !e.message.is_empty()), "{}", self.text);
        found.errors.into_iter().map(|e| e.field).collect()
    }
}

/// RFC 9457, with a code and the fields at fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    status: u16,
    title: String,
    code: String,
    detail: String,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldError {
    field: String,
    message: String,
}

/// `{"items": […], "next": …}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// An amount asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
}

/// A mark or an override.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) outcome: String,
    pub(crate) note: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) at: String,
    pub(crate) by: String,
}

/// A journey.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journey {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) link: String,
    pub(crate) content_version_id: String,
    pub(crate) hypothesis_id: String,
    pub(crate) outcome: String,
    pub(crate) outcome_source: String,
    pub(crate) derived_outcome: String,
    pub(crate) payment_status: String,
    pub(crate) price: Price,
    pub(crate) livemode: bool,
    pub(crate) mark: Option<Said>,
    #[serde(rename = "override")]
    pub(crate) pinned: Option<Said>,
    pub(crate) flags: Vec<String>,
    pub(crate) started_at: String,
    pub(crate) first_viewed_at: Option<String>,
    pub(crate) withdrawn_at: Option<String>,
    pub(crate) paid_at: Option<String>,
    pub(crate) payments: Vec<Payment>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) currency: Option<String>,
    pub(crate) gross_minor: i64,
    pub(crate) refunded_minor: i64,
    pub(crate) lost_minor: i64,
    pub(crate) at_risk_minor: i64,
    pub(crate) net_minor: i64,
    pub(crate) method: Option<String>,
    pub(crate) paid_at: Option<String>,
    pub(crate) livemode: bool,
    pub(crate) matched_by: Option<String>,
    pub(crate) journey_id: Option<String>,
    pub(crate) content_version_id: Option<String>,
    pub(crate) hypothesis_id: Option<String>,
    pub(crate) suggestions: Vec<Suggestion>,
}

/// A journey that an unmatched payment could belong to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suggestion {
    pub(crate) journey_id: String,
    pub(crate) client_id: String,
    pub(crate) why: String,
}

/// A row of history.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryRow {
    pub(crate) id: String,
    pub(crate) at: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) source: String,
    pub(crate) event_id: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) note: String,
    pub(crate) outranked: bool,
}

/// An event as listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) r#type: String,
    pub(crate) api_version: Option<String>,
    pub(crate) livemode: bool,
    pub(crate) created_at: String,
    pub(crate) received_at: String,
    pub(crate) status: String,
    pub(crate) attempts: i64,
    pub(crate) last_error: Option<String>,
    /// Only of one that a person put aside.
    pub(crate) put_aside: Option<Value>,
}

/// Reads JSON as one of the above.
#[track_caller]
pub(crate) fn read<T: DeserializeOwned>(json: &Value) -> T {
    T::deserialize(json).unwrap_or_else(|error| panic!("{error}: {json:#}"))
}
