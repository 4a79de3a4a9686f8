//! Objects that Stripe was asked for, wrapped like events.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ledger::object::{ChargeStatus, IntentStatus, Object, SessionStatus};
use ledger::{Observation, Snapshot};
use stripe::{Asked, READ, Told, handled, observe, says_more, wrap};

const AT_S: i64 = 1_795_313_655;
const WHEN: Asked<'_> = Asked { at_s: AT_S, livemode: true, account: None, told: None };

fn read(json: &str) -> Observation {
    let read = wrap(json, &WHEN).unwrap();
    observe(&read.body, AT_S * 1000).unwrap().remove(0)
}

#[test]
fn an_object_is_kept_to_the_byte_and_says_what_it_is() {
    let json = r#"{"id":"ch_1", "object":"charge","status":"succeeded","captured":true,"amount":5,"created":1795300000}"#;
    let wrapped = wrap(json, &Asked { account: Some("acct_1"), ..WHEN }).unwrap();
    let text = String::from_utf8(wrapped.body.clone()).unwrap();
    assert!(text.contains(json), "{text}");
    assert_eq!(wrapped.id, format!("read_ch_1_{AT_S}"));
    let envelope = stripe::Envelope::read(&wrapped.body).unwrap();
    assert_eq!((envelope.event_type.as_ref(), envelope.created_s, envelope.livemode), (READ, AT_S, true));
    assert_eq!(envelope.account.as_deref(), Some("acct_1"));
    assert!(handled(READ) && envelope.thin.is_none());
    let said = read(json);
    assert_eq!((said.id.as_str(), said.version.told.at_s, said.since_s), ("ch_1", AT_S, Some(1_795_300_000)));
    assert!(said.version.told.is_read());
    assert!(matches!(&said.version.object, Object::Charge(c) if c.status == ChargeStatus::Succeeded));
    for nothing in ["", "[]", "{}", "5", r#"{"object":"charge"}"#] {
        assert_eq!(wrap(nothing, &WHEN), None, "{nothing}");
    }
}

#[test]
fn since_when_is_what_the_object_says() {
    let since = |json: &str| read(json).since_s;
    let session = |rest: &str| {
        format!(r#"{{"id":"cs_1","object":"checkout.session","created":10,"expires_at":20,{rest}}}"#)
    };
    assert_eq!(since(&session(r#""status":"expired""#)), Some(20));
    assert_eq!(since(&session(r#""status":"complete","payment_status":"unpaid""#)), Some(10));
    let intent = |rest: &str| {
        format!(r#"{{"id":"pi_1","object":"payment_intent","created":10,"canceled_at":30,{rest}}}"#)
    };
    assert_eq!(since(&intent(r#""status":"canceled""#)), Some(30));
    assert_eq!(since(&intent(r#""status":"succeeded","latest_charge":"ch_1""#)), None);
    let expanded = r#""status":"succeeded","latest_charge":{"id":"ch_1","object":"charge","created":15}"#;
    assert_eq!(since(&intent(expanded)), Some(15));
}

/// A person's mark made between a failure and its reading must not be outranked by the reading.
#[test]
fn what_happened_is_dated_by_the_object_and_what_it_is_by_the_reading() {
    let expired =
        read(r#"{"id":"cs_1","object":"checkout.session","status":"expired","created":10,"expires_at":20}"#);
    let snapshot = Snapshot::new(expired);
    assert_eq!(snapshot.milestones.expired.as_ref().unwrap().at_s, 20);
    assert_eq!((snapshot.first.at_s, snapshot.current().told.at_s), (20, AT_S));
}

/// An event is exact: whether it comes before or after the reading, its time counts.
#[test]
fn an_event_outranks_a_reading_in_any_order() {
    let event = |at_s: i64| {
        let body = format!(
            r#"{{"id":"evt_1","type":"charge.failed","created":{at_s},"data":{{"object":
            {{"id":"ch_1","object":"charge","status":"failed","created":10}}}}}}"#
        );
        Snapshot::new(observe(body.as_bytes(), at_s * 1000).unwrap().remove(0))
    };
    let reading = Snapshot::new(read(r#"{"id":"ch_1","object":"charge","status":"failed","created":10}"#));
    for at_s in [12, AT_S + 50] {
        let (one, other) = (event(at_s).merge(reading.clone()), reading.clone().merge(event(at_s)));
        assert_eq!(one, other);
        assert_eq!(one.milestones.failed.unwrap().at_s, at_s);
        assert_eq!(one.first.at_s, at_s);
    }
}

#[test]
fn what_a_reading_leaves_out_is_no_news() {
    let charge = |rest: &str| {
        read(&format!(
            r#"{{"id":"ch_1","object":"charge","status":"succeeded","captured":true,"amount":500{rest}}}"#
        ))
        .version
        .object
    };
    let full = charge(r#","invoice":"in_1","currency":"usd","metadata":{"journeyId":"jrn_1"}"#);
    assert!(!says_more(&charge(""), &full));
    assert!(!says_more(&full, &full));
    assert!(says_more(&full, &charge("")));
    assert!(says_more(&charge(r#","amount_refunded":100"#), &full));
    assert!(says_more(&charge(r#","metadata":{"journeyId":"jrn_2"}"#), &full));
    let other = read(r#"{"id":"pi_1","object":"payment_intent","status":"processing"}"#).version.object;
    assert!(matches!(&other, Object::Intent(i) if i.status == IntentStatus::Processing));
    let session = read(r#"{"id":"cs_1","object":"checkout.session","status":"open"}"#).version.object;
    assert!(matches!(&session, Object::Session(s) if s.status == SessionStatus::Open));
}

/// A session does not show that its slow payment failed; the thin event that made us look does.
#[test]
fn what_made_us_look_is_heard() {
    let json = r#"{"id":"cs_1","object":"checkout.session","status":"complete","payment_status":"unpaid","created":10}"#;
    let of = |event_type: &'static str| {
        let told = Some(Told { id: "evt_1", event_type, created_s: 40 });
        let body = wrap(json, &Asked { told, ..WHEN }).unwrap().body;
        observe(&body, 0).unwrap().remove(0)
    };
    let status = |said: &Observation| match &said.version.object {
        Object::Session(session) => session.status,
        other => panic!("{other:?}"),
    };
    let failed = of("v1.checkout.session.async_payment_failed");
    assert_eq!((status(&failed), failed.since_s), (SessionStatus::AsyncFailed, Some(40)));
    // Whatever else made us look: the object has moved on since, and says itself what it is.
    let other = of("v1.checkout.session.async_payment_succeeded");
    assert_eq!((status(&other), other.since_s), (SessionStatus::CompleteUnpaid, Some(40)));
}
