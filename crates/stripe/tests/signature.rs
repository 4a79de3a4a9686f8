//! SPEC H1 and 9.1, STRIPE.md section 1: which signatures pass.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stripe::{Secrets, SignatureError, TOLERANCE_S, sign, verify};

const NOW_S: i64 = 1_700_000_000;
const SECRET: &str = "whsec_one";
const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;

/// The hex of our own signature, made `age_s` ago.
fn hex(secret: &str, at_s: i64) -> String {
    sign(BODY, secret, at_s).split_once(",v1=").unwrap().1.to_owned()
}

fn code(header: &str, secrets: &str, now_s: i64) -> &'static str {
    verify(header, BODY, &Secrets::parse(secrets), now_s).map_or_else(|e| e.code(), |()| "ok")
}

#[test]
fn a_header_passes_when_it_proves_the_body_and_the_moment() {
    let good = hex(SECRET, NOW_S);
    let wrong = hex("whsec_other", NOW_S);
    let long = format!("t={NOW_S},v1={good},{}", "x".repeat(5000));
    let many = format!("t={NOW_S}{},v1={good}", ",v2=00".repeat(70));
    let table: &[(&str, String, &str)] = &[
        ("as Stripe sends it", format!("t={NOW_S},v1={good}"), "ok"),
        ("with the test-mode decoy", format!("t={NOW_S},v1={good},v0={wrong}"), "ok"),
        ("any order", format!("v1={good},t={NOW_S}"), "ok"),
        ("unknown schemes are ignored", format!("t={NOW_S},v2=zz,v1={good},novalue,="), "ok"),
        ("second v1 fits", format!("t={NOW_S},v1={wrong},v1={good}"), "ok"),
        ("first v1 fits", format!("t={NOW_S},v1={good},v1={wrong}"), "ok"),
        ("a broken v1 beside a good one", format!("t={NOW_S},v1=zz,v1={good}"), "ok"),
        ("no v1 fits", format!("t={NOW_S},v1={wrong}"), "signature_mismatch"),
        ("v1 empty", format!("t={NOW_S},v1="), "signature_mismatch"),
        ("v1 cut short", format!("t={NOW_S},v1={}", &good[..62]), "signature_mismatch"),
        ("v1 too long", format!("t={NOW_S},v1={good}00"), "signature_mismatch"),
        ("uppercase hex", format!("t={NOW_S},v1={}", good.to_uppercase()), "signature_mismatch"),
        ("not hex", format!("t={NOW_S},v1={}", "g".repeat(64)), "signature_mismatch"),
        ("another time than was signed", format!("t={},v1={good}", NOW_S + 1), "signature_mismatch"),
        ("v0 only", format!("t={NOW_S},v0={good}"), "signature_malformed"),
        ("a space after the comma", format!("t={NOW_S}, v1={good}"), "signature_malformed"),
        ("a capital V", format!("t={NOW_S},V1={good}"), "signature_malformed"),
        ("no time", format!("v1={good}"), "signature_malformed"),
        ("two times", format!("t={NOW_S},t={NOW_S},v1={good}"), "signature_malformed"),
        ("time is a word", format!("t=now,v1={good}"), "signature_malformed"),
        ("time is empty", format!("t=,v1={good}"), "signature_malformed"),
        ("time with a sign", format!("t=+{NOW_S},v1={good}"), "signature_malformed"),
        ("time below zero", format!("t=-1,v1={good}"), "signature_malformed"),
        ("time with a leading zero", format!("t=0{NOW_S},v1={good}"), "signature_malformed"),
        ("time with a space", format!("t= {NOW_S},v1={good}"), "signature_malformed"),
        ("time with a fraction", format!("t={NOW_S}.5,v1={good}"), "signature_malformed"),
        ("time beyond i64", format!("t=99999999999999999999,v1={good}"), "signature_malformed"),
        ("time in other digits", format!("t=١٢٣,v1={good}"), "signature_malformed"),
        ("empty", String::new(), "signature_malformed"),
        ("nonsense", "nonsense".to_owned(), "signature_malformed"),
        ("too long", long, "signature_malformed"),
        ("too many parts", many, "signature_malformed"),
    ];
    for (name, header, want) in table {
        assert_eq!(code(header, SECRET, NOW_S), *want, "{name}");
    }
}

#[test]
fn the_tolerance_is_the_same_in_both_directions_and_inclusive() {
    assert_eq!(TOLERANCE_S, 300);
    let header = sign(BODY, SECRET, NOW_S);
    let table = [
        (0, "ok"),
        (300, "ok"),
        (301, "timestamp_too_old"),
        (-300, "ok"),
        (-301, "timestamp_in_future"),
        (-3000, "timestamp_in_future"),
        (86_400, "timestamp_too_old"),
    ];
    for (age_s, want) in table {
        assert_eq!(code(&header, SECRET, NOW_S + age_s), want, "{age_s} s old");
    }
    assert_eq!(code(&sign(BODY, SECRET, 0), SECRET, i64::MAX), "timestamp_too_old");
    assert_eq!(code(&sign(BODY, SECRET, i64::MAX), SECRET, i64::MIN), "timestamp_in_future");
}

#[test]
fn time_is_judged_only_of_genuine_signatures() {
    assert_eq!(code(&sign(BODY, "whsec_other", NOW_S - 9000), SECRET, NOW_S), "signature_mismatch");
}

#[test]
fn any_of_several_secrets_will_do() {
    let header = sign(BODY, SECRET, NOW_S);
    for secrets in
        ["whsec_one", "whsec_two,whsec_one", " whsec_one , whsec_two ", ",,whsec_one,", "\twhsec_one\n"]
    {
        assert_eq!(code(&header, secrets, NOW_S), "ok", "{secrets:?}");
    }
    for secrets in ["whsec_two", "one", "whsec_one2", "WHSEC_ONE", "whsec_on,e"] {
        assert_eq!(code(&header, secrets, NOW_S), "signature_mismatch", "{secrets:?}");
    }
}

#[test]
fn without_secrets_nothing_passes_not_even_what_is_signed_with_nothing() {
    for list in ["", " ", ",", " , ,"] {
        let secrets = Secrets::parse(list);
        assert!(secrets.is_empty());
        assert_eq!(verify(&sign(BODY, "", NOW_S), BODY, &secrets, NOW_S), Err(SignatureError::Mismatch));
    }
    assert!(!Secrets::parse("x").is_empty());
}

#[test]
fn the_body_counts_to_the_last_byte() {
    let header = sign(BODY, SECRET, NOW_S);
    let secrets = Secrets::parse(SECRET);
    for at in 0..BODY.len() {
        let mut changed = BODY.to_vec();
        changed[at] ^= 1;
        assert_eq!(verify(&header, &changed, &secrets, NOW_S), Err(SignatureError::Mismatch), "byte {at}");
    }
    let longer = [BODY, b"\n"].concat();
    assert_eq!(verify(&header, &longer, &secrets, NOW_S), Err(SignatureError::Mismatch));
}

#[test]
fn bodies_need_not_be_text_and_keys_may_be_longer_than_a_block() {
    let long_key = "k".repeat(200);
    for body in [Vec::new(), b"\xff\xfe\x00".to_vec(), vec![0x41; 70_000]] {
        let header = sign(&body, &long_key, NOW_S);
        assert_eq!(verify(&header, &body, &Secrets::parse(&long_key), NOW_S), Ok(()));
    }
}

/// Computed with `openssl dgst -sha256 -hmac`, so that a mistake in both `sign` and `verify` shows.
#[test]
fn a_signature_computed_elsewhere() {
    let want = "t=1492774577,v1=799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f";
    assert_eq!(sign(br#"{"id":"evt_1"}"#, "whsec_test_secret", 1_492_774_577), want);
}

#[test]
fn secrets_are_never_shown() {
    let shown = format!("{:?} {:#?}", Secrets::parse("whsec_abc,whsec_def"), Secrets::parse("whsec_abc"));
    assert_eq!(shown, "Secrets(2 hidden) Secrets(1 hidden)");
}

#[test]
fn each_error_has_its_own_code_and_says_what_to_do() {
    let all = [
        SignatureError::Missing,
        SignatureError::Malformed("it has no v1"),
        SignatureError::Mismatch,
        SignatureError::TooOld { age_s: 301 },
        SignatureError::InFuture { ahead_s: 301 },
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(SignatureError::code).collect();
    assert_eq!(codes.len(), all.len());
    assert!(all[2].to_string().contains("STRIPE_WEBHOOK_SECRET"));
    assert!(all[3].to_string().contains("301 s ago") && all[3].to_string().contains("clock"));
    assert!(all[4].to_string().contains("301 s in the future"));
}
