//! SPEC H5 and 9.8: whose payment it is. What a person links by hand is the store's to remember.

use crate::build::*;
use ledger::matching::{Assignment, Candidate, Evidence, Suggestion, Weak, assign};
use ledger::object::{Intent, IntentStatus, Object, Session, SessionStatus, Tags};
use ledger::{MatchedBy, Observation};

fn tagged(journey: Option<&str>, client: Option<&str>, customer: Option<&str>) -> Tags {
    let owned = |id: Option<&str>| id.map(str::to_owned);
    Tags {
        journey_id: owned(journey),
        client_id: owned(client),
        customer: owned(customer),
        ..Tags::default()
    }
}

fn session_of(reference: Option<&str>, tags: Tags) -> Observation {
    let client_reference_id = reference.map(str::to_owned);
    told(10, "cs_1", Object::Session(Session { client_reference_id, tags, ..session(SessionStatus::Paid) }))
}

fn intent_of(tags: Tags) -> Observation {
    told(10, "pi_1", Object::Intent(Intent { tags, ..intent(IntentStatus::Succeeded) }))
}

fn evidence(told: &[Observation]) -> Evidence {
    payment(told).evidence
}

/// `jrn_a` to `jrn_d` exist; `cs_1` was opened for `jrn_b`.
fn strong(evidence: &Evidence, cs_1_is_ours: bool) -> Option<(MatchedBy, String)> {
    let is_journey = |id: &str| ["jrn_a", "jrn_b", "jrn_c", "jrn_d"].contains(&id);
    evidence.strong(is_journey, |id| (id == "cs_1" && cs_1_is_ours).then(|| "jrn_b".to_owned()))
}

#[test]
fn the_strong_rungs_in_their_order() {
    use MatchedBy::{Checkout, ClientReference, JourneyMetadata};
    let none = || tagged(None, None, None);
    let names = |id| tagged(Some(id), None, None);
    let table = [
        ("metadata first", session_of(Some("jrn_c"), names("jrn_a")), true, Some((JourneyMetadata, "jrn_a"))),
        ("then our checkout", session_of(Some("jrn_c"), none()), true, Some((Checkout, "jrn_b"))),
        ("then the reference", session_of(Some("jrn_c"), none()), false, Some((ClientReference, "jrn_c"))),
        ("an unknown id goes on", session_of(Some("jrn_c"), names("jrn_x")), true, Some((Checkout, "jrn_b"))),
        (
            "to the reference",
            session_of(Some("jrn_c"), names("jrn_x")),
            false,
            Some((ClientReference, "jrn_c")),
        ),
        ("and to nothing", session_of(Some("cli_1"), names("jrn_x")), false, None),
    ];
    for (name, told, ours, want) in table {
        let found = strong(&evidence(&[told]), ours);
        assert_eq!(found, want.map(|(rung, id)| (rung, id.to_owned())), "{name}");
    }
}

#[test]
fn objects_that_disagree_count_in_the_order_session_intent_charge() {
    let told = [
        intent_of(tagged(Some("jrn_a"), Some("cli_intent"), Some("cus_intent"))),
        session_of(None, tagged(Some("jrn_d"), None, Some("cus_session"))),
    ];
    let evidence = evidence(&told);
    assert_eq!(evidence.journey_ids, ["jrn_d", "jrn_a"]);
    assert_eq!(strong(&evidence, true), Some((MatchedBy::JourneyMetadata, "jrn_d".to_owned())));
    assert_eq!(evidence.client_id.as_deref(), Some("cli_intent"));
    assert_eq!(evidence.customer.as_deref(), Some("cus_session"));
    assert_eq!(evidence.session_ids, ["cs_1"]);
}

#[test]
fn an_unknown_journey_of_the_session_leaves_the_intents() {
    let told =
        [intent_of(tagged(Some("jrn_a"), None, None)), session_of(None, tagged(Some("jrn_x"), None, None))];
    assert_eq!(strong(&evidence(&told), false), Some((MatchedBy::JourneyMetadata, "jrn_a".to_owned())));
}

/// `jrn_<n>` of client `cli_<client>`, started at second `n`.
fn journey(n: i64, client: &str) -> Candidate {
    Candidate {
        journey_id: format!("jrn_{n}"),
        client_id: format!("cli_{client}"),
        customer: Some(format!("cus_{client}")),
        started_at_ms: n * 1000,
        livemode: true,
        paid: false,
    }
}

fn weak(client: Option<&str>, customer: Option<&str>, happened_at_s: i64) -> Weak {
    Weak {
        payment_id: format!("pi_{happened_at_s}"),
        client_id: client.map(|c| format!("cli_{c}")),
        customer: customer.map(|c| format!("cus_{c}")),
        happened_at_s,
        captured: true,
        livemode: true,
    }
}

fn assigned(journeys: &[Candidate], payments: &[Weak]) -> Vec<Assignment> {
    let found = assign(journeys, payments);
    let reversed: Vec<_> = payments.iter().rev().cloned().collect();
    assert_eq!(found, assign(journeys, &reversed), "the order of arrival matters");
    payments.iter().map(|p| found[&p.payment_id].clone()).collect()
}

fn matched(rung: MatchedBy, n: i64) -> Assignment {
    Assignment { matched: Some((rung, format!("jrn_{n}"))), suggestions: Vec::new() }
}

#[test]
fn one_unpaid_journey_started_before_the_payment_matches() {
    use MatchedBy::{ClientMetadata, Customer};
    let mut other_mode = journey(5, "ana");
    other_mode.livemode = false;
    let mut paid = journey(5, "ana");
    paid.paid = true;
    let late = Candidate { started_at_ms: 100_000, ..journey(6, "ana") };
    let same_second = Candidate { started_at_ms: 50_999, ..journey(7, "ana") };
    let none = Assignment::default();
    let ana = || vec![journey(5, "ana")];
    let table = [
        ("by client", ana(), weak(Some("ana"), None, 50), matched(ClientMetadata, 5)),
        ("by customer", ana(), weak(None, Some("ana"), 50), matched(Customer, 5)),
        (
            "client before customer",
            vec![journey(5, "ana"), journey(6, "bob")],
            weak(Some("ana"), Some("bob"), 50),
            matched(ClientMetadata, 5),
        ),
        (
            "an unknown client goes on to the customer",
            ana(),
            weak(Some("zoe"), Some("ana"), 50),
            matched(Customer, 5),
        ),
        ("nobody is named", ana(), weak(None, None, 50), none.clone()),
        ("somebody else is", ana(), weak(Some("zoe"), Some("zoe"), 50), none.clone()),
        ("started after the payment", vec![late], weak(Some("ana"), None, 50), none.clone()),
        ("started in its second", vec![same_second], weak(Some("ana"), None, 50), matched(ClientMetadata, 7)),
        ("paid already", vec![paid.clone()], weak(Some("ana"), None, 50), none.clone()),
        (
            "one paid, one not",
            vec![paid, journey(8, "ana")],
            weak(Some("ana"), None, 50),
            matched(ClientMetadata, 8),
        ),
        ("test money never matches a live journey", vec![other_mode], weak(Some("ana"), None, 50), none),
    ];
    for (name, journeys, payment, want) in table {
        assert_eq!(assigned(&journeys, &[payment]), [want], "{name}");
    }
}

#[test]
fn several_journeys_are_suggested() {
    let journeys = [journey(5, "ana"), journey(6, "ana"), journey(7, "bob")];
    for (payment, why) in [
        (weak(Some("ana"), Some("bob"), 50), "one of several unpaid journeys of the client it names"),
        (weak(None, Some("ana"), 50), "one of several unpaid journeys of its Stripe customer"),
    ] {
        let suggest = |n| Suggestion {
            journey_id: format!("jrn_{n}"),
            client_id: "cli_ana".to_owned(),
            why: why.to_owned(),
        };
        let want = Assignment { matched: None, suggestions: vec![suggest(5), suggest(6)] };
        assert_eq!(assigned(&journeys, &[payment]), [want]);
    }
}

#[test]
fn an_earlier_payment_takes_the_journey_in_stripes_order_of_time() {
    use MatchedBy::ClientMetadata;
    let journeys = [journey(5, "ana"), journey(60, "ana")];
    let of = |at_s| weak(Some("ana"), None, at_s);
    let first = matched(ClientMetadata, 5);
    // At 50 only the first had started; at 70 only the second is unpaid; at 80 none is.
    let all = assigned(&journeys, &[of(50), of(70), of(80)]);
    assert_eq!(all, [first.clone(), matched(ClientMetadata, 60), Assignment::default()]);
    let failed = Weak { captured: false, ..of(40) };
    assert_eq!(
        assigned(&journeys[..1], &[failed, of(50)]),
        [first.clone(), first],
        "a failed try pays nothing"
    );
}

/// A payment that named a client whose journeys were all paid once went on to a stranger with the same customer.
#[test]
fn a_known_client_with_nothing_to_pay_does_not_pay_anothers_journey() {
    let paid = Candidate { paid: true, ..journey(5, "ana") };
    let shared = Candidate { customer: Some("cus_ana".to_owned()), ..journey(6, "bob") };
    assert_eq!(assigned(&[paid, shared], &[weak(Some("ana"), Some("ana"), 50)]), [Assignment::default()]);
}
