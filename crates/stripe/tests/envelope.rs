//! SPEC H2, H3, 9.17 and STRIPE.md section 3: what is an event, and what of it is read before it is stored.

use stripe::{Envelope, ReadError, handled, is_dashboard_test};

fn read(body: &str) -> Result<Envelope<'_>, ReadError> {
    Envelope::read(body.as_bytes())
}

#[test]
fn a_snapshot_event() {
    let body = r#" {"id":"evt_1","object":"event","api_version":"2026-10-28.endive","created":1700000000,
        "data":{"object":{"id":"ch_1","id2":"}"},"previous_attributes":{"status":null}},"livemode":true,
        "pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"charge.succeeded",
        "account":"acct_1","context":"ctx_1"}"#;
    let envelope = read(body).unwrap();
    assert_eq!(envelope.id, "evt_1");
    assert_eq!(envelope.event_type, "charge.succeeded");
    assert_eq!(envelope.created_s, 1_700_000_000);
    assert!(envelope.livemode);
    assert_eq!(envelope.account.as_deref(), Some("acct_1"));
    assert_eq!(envelope.context.as_deref(), Some("ctx_1"));
    assert_eq!(envelope.api_version.as_deref(), Some("2026-10-28.endive"));
    assert_eq!(envelope.thin, None);
    assert!(matches!(envelope.id, std::borrow::Cow::Borrowed(_)), "borrowed, not copied");
}

#[test]
fn a_thin_event() {
    for (created, want_s) in [
        ("2026-09-30T12:00:00.123Z", 1_790_769_600),
        ("2026-09-30T12:00:00Z", 1_790_769_600),
        ("2026-09-30T14:00:00+02:00", 1_790_769_600),
    ] {
        let body = format!(
            r#"{{"id":"evt_65","object":"v2.core.event","type":"v1.checkout.session.completed","created":"{created}",
            "livemode":false,"related_object":{{"id":"cs_1","type":"checkout.session",
            "url":"/v1/checkout/sessions/cs_1"}},"reason":null,"snapshot_event":"evt_1"}}"#
        );
        let envelope = read(&body).unwrap();
        assert_eq!(envelope.created_s, want_s, "{created}");
        let thin = envelope.thin.unwrap();
        assert_eq!(thin.related_id.as_deref(), Some("cs_1"));
        assert_eq!(thin.related_type.as_deref(), Some("checkout.session"));
        assert_eq!(thin.related_url.as_deref(), Some("/v1/checkout/sessions/cs_1"));
        assert_eq!(thin.snapshot_event.as_deref(), Some("evt_1"));
    }
}

#[test]
fn a_thin_event_about_no_object_is_an_event_too() {
    let body = r#"{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.no_meter_found",
        "created":"2026-01-01T00:00:00Z","related_object":null}"#;
    assert_eq!(read(body).unwrap().thin, Some(stripe::Thin::default()));
}

#[test]
fn all_but_id_type_and_time_may_be_missing_or_strange() {
    let least = r#"{"id":"evt_1","type":"t","created":1,"data":{"object":{}}}"#;
    let strange = r#"{"id":"evt_1","type":"t","created":1,"data":{"object":{},"x":1e999},"object":7,"livemode":"yes",
        "account":{"id":"acct_1"},"context":[1],"api_version":false,"related_object":"x","snapshot_event":4,
        "request":"iar_1","pending_webhooks":1e999,"new":[[[]]]}"#;
    let nulls = r#"{"id":"evt_1","type":"t","created":1,"data":{"object":{}},"object":null,"livemode":null,
        "account":null,"context":null,"api_version":null,"related_object":null,"snapshot_event":null}"#;
    for body in [least, strange, nulls] {
        let envelope = read(body).unwrap();
        assert_eq!((&*envelope.id, envelope.created_s, envelope.livemode), ("evt_1", 1, false), "{body}");
        assert!(envelope.account.is_none() && envelope.api_version.is_none() && envelope.thin.is_none());
    }
}

#[test]
fn what_cannot_be_stored_is_refused_with_its_reason() {
    let long = "x".repeat(256);
    let table: &[(String, &str, Option<&str>)] = &[
        (String::new(), "malformed", None),
        ("{".into(), "malformed", None),
        ("null".into(), "malformed", None),
        ("[]".into(), "malformed", None),
        (r#"["evt_1","t"]"#.into(), "malformed", None),
        (r#""evt_1""#.into(), "malformed", None),
        (r#"{"id":"evt_1","type":"t","created":1,"data":{"object":{}}} x"#.into(), "malformed", None),
        (
            r#"{"id":"evt_1","id":"evt_2","type":"t","created":1,"data":{"object":{}}}"#.into(),
            "malformed",
            None,
        ),
        (r#"{"type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (r#"{"id":null,"type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (r#"{"id":5,"type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (r#"{"id":"","type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (r#"{"id":"evt 1","type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (r#"{"id":"evt_é","type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (r#"{"id":"evt\u0000","type":"t","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("id")),
        (
            format!(r#"{{"id":"{long}","type":"t","created":1,"data":{{"object":{{}}}}}}"#),
            "invalid",
            Some("id"),
        ),
        (r#"{"id":"evt_1","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("type")),
        (r#"{"id":"evt_1","type":[],"created":1,"data":{"object":{}}}"#.into(), "invalid", Some("type")),
        (r#"{"id":"evt_1","type":"a\nb","created":1,"data":{"object":{}}}"#.into(), "invalid", Some("type")),
        (r#"{"id":"evt_1","type":"t","data":{"object":{}}}"#.into(), "invalid", Some("created")),
        (
            r#"{"id":"evt_1","type":"t","created":1.5,"data":{"object":{}}}"#.into(),
            "invalid",
            Some("created"),
        ),
        (
            r#"{"id":"evt_1","type":"t","created":"soon","data":{"object":{}}}"#.into(),
            "invalid",
            Some("created"),
        ),
        (r#"{"id":"evt_1","type":"t","created":1}"#.into(), "invalid", Some("data.object")),
        (r#"{"id":"evt_1","type":"t","created":1,"data":null}"#.into(), "invalid", Some("data.object")),
        (r#"{"id":"evt_1","type":"t","created":1,"data":"x"}"#.into(), "invalid", Some("data.object")),
        (
            r#"{"id":"evt_1","type":"t","created":1,"data":{"object":"ch_1"}}"#.into(),
            "invalid",
            Some("data.object"),
        ),
    ];
    for (body, code, field) in table {
        let error = read(body).unwrap_err();
        assert_eq!((error.code(), error.field()), (*code, *field), "{body}");
    }
    assert_eq!(Envelope::read(b"{\"id\":\"\xff\"}").unwrap_err().code(), "malformed", "not UTF-8");
}

#[test]
fn nesting_without_end_is_an_error_or_ignored_but_never_a_crash() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for body in [
        format!(
            r#"{{"id":"evt_1","type":"charge.updated","created":1,"data":{{"object":{{"id":"ch_1","x":{deep}}}}}}}"#
        ),
        format!(r#"{{"id":"evt_1","type":"charge.updated","created":1,"data":{deep}}}"#),
        deep,
    ] {
        let _ = read(&body);
        let _ = stripe::observe(body.as_bytes(), 0);
    }
}

#[test]
fn dashboard_sends_are_known_by_their_zeros() {
    for id in ["evt_00000000000000", "evt_000000000000000000000000", "evt_0"] {
        assert!(is_dashboard_test(id), "{id}");
    }
    for id in ["evt_", "evt_00000000000001", "evt_1", "00000000000000", "evt_0000000000000O", ""] {
        assert!(!is_dashboard_test(id), "{id}");
    }
}

#[test]
fn exactly_the_types_of_spec_h3_are_handled_and_their_thin_twins() {
    let spec = [
        ("checkout.session", "completed expired async_payment_succeeded async_payment_failed"),
        (
            "payment_intent",
            "created processing requires_action succeeded payment_failed canceled partially_funded \
             amount_capturable_updated",
        ),
        ("charge", "succeeded pending failed captured updated refunded expired"),
        ("charge.refund", "updated"),
        ("refund", "created updated failed"),
        ("charge.dispute", "created updated closed funds_withdrawn funds_reinstated"),
        ("radar.early_fraud_warning", "created"),
        ("invoice", "paid payment_failed"),
        ("customer.subscription", "created updated deleted"),
        ("invoice_payment", "paid"),
    ];
    let types: Vec<String> = spec
        .iter()
        .flat_map(|(noun, verbs)| verbs.split(' ').map(move |verb| format!("{noun}.{verb}")))
        .collect();
    assert_eq!(types.len(), 35, "as many as the crate lists");
    for event_type in &types {
        assert!(handled(event_type), "{event_type}");
        assert!(handled(&format!("v1.{event_type}")), "v1.{event_type}");
    }
    for other in [
        "",
        "charge",
        "charge.",
        "charge.dispute",
        "customer.created",
        "invoice.payment_succeeded",
        "payment_intent.cancelled",
        "radar.early_fraud_warning.updated",
        "v1.customer.created",
        "v2.charge.succeeded",
        "v1.v1.charge.succeeded",
        "Charge.Succeeded",
    ] {
        assert!(!handled(other), "{other}");
    }
}
