//! H3: real payloads of every API version through the real endpoint. The files stay where they are:
//! `../shared/stripe-payloads`, or under `WHYPAID_SHARED`.

use super::kinds::HANDLED;
use crate::util::answer::{Event, List, read};
use crate::util::event::event;
use crate::util::{TestApp, on_both, say, workspace};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[path = "corpus_expected.rs"]
mod expected;

/// Sent at once; fewer than the smallest queue.
const AT_ONCE: usize = 32;
/// Prefixes of the ids that are made unique, so that no file speaks of another file's payment.
const ID_PREFIXES: [&str; 14] = [
    "pi_", "ch_", "py_", "cs_", "re_", "pyr_", "dp_", "du_", "in_", "sub_", "issfr_", "evt_", "cus_",
    "inpay_",
];

/// A payload and where it is from.
pub(super) struct Payload {
    path: PathBuf,
    body: Vec<u8>,
    json: Value,
}

/// Events (`evt.*`), or bare objects (`obj.*`). `None`, said aloud, when the folder is missing.
fn payloads(prefix: &str) -> Option<Vec<Payload>> {
    let shared =
        std::env::var_os("WHYPAID_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    let folder = shared.join("stripe-payloads");
    if !folder.is_dir() {
        say(&format!("SKIPPED real payloads: there is no folder {}", folder.display()));
        return None;
    }
    let mut found = Vec::new();
    collect(&folder, prefix, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "nothing under {}", folder.display());
    Some(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<Payload>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, prefix, found);
        } else if name.starts_with(prefix) && path.extension().is_some_and(|e| e == "json") {
            let body = std::fs::read(&path).unwrap();
            let json = serde_json::from_slice(&body).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            found.push(Payload { path, body, json });
        }
    }
}

/// Every type of SPEC H3. An InvoicePayment is only a link, without which newer subscriptions have no money.
fn is_handled(kind: &str) -> bool {
    let (noun, verb) = kind.rsplit_once('.').unwrap_or_default();
    kind == "invoice_payment.paid" || HANDLED.iter().any(|(n, verbs, _)| *n == noun && verbs.contains(&verb))
}

/// An event in which such an object speaks for itself.
fn wrap(object: &Value) -> Value {
    let kind = match object["object"].as_str().unwrap_or("unknown") {
        "payment_intent" => "payment_intent.created".to_owned(),
        "checkout.session" => "checkout.session.completed".to_owned(),
        "dispute" => "charge.dispute.updated".to_owned(),
        "invoice" => "invoice.paid".to_owned(),
        "invoice_payment" => "invoice_payment.paid".to_owned(),
        "radar.early_fraud_warning" => "radar.early_fraud_warning.created".to_owned(),
        "subscription" => "customer.subscription.updated".to_owned(),
        other => format!("{other}.updated"),
    };
    event(&kind, 1_700_000_000, object.clone())
}

async fn post(app: &TestApp, bodies: Vec<(String, Vec<u8>)>) -> usize {
    let mut duplicates = 0;
    for group in bodies.chunks(AT_ONCE) {
        let answers = join_all(group.iter().map(|(_, body)| app.send_bytes(body.clone()))).await;
        for ((path, _), answer) in group.iter().zip(answers) {
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            duplicates += usize::from(answer.json["duplicate"] == true);
        }
    }
    app.settle().await;
    duplicates
}

/// Every stored event: of a handled type applied at the first try, of another ignored.
async fn stored(app: &TestApp) -> Vec<Event> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let list: List<Event> = read(&app.get(&format!("/api/v1/events?limit=200&after={after}")).await);
        all.extend(list.items);
        match list.next {
            Some(next) => after = next,
            None => break,
        }
    }
    for event in &all {
        let expected = if is_handled(&event.r#type) { ("applied", 1) } else { ("ignored", 0) };
        assert_eq!((event.status.as_str(), event.attempts), expected, "{event:?}");
    }
    all
}

fn report(title: &str, files: usize, duplicates: usize, events: &[Event], payments: usize) {
    let mut kinds = BTreeMap::<&str, usize>::new();
    for event in events.iter().filter(|e| e.status == "applied") {
        *kinds.entry(&event.r#type).or_default() += 1;
    }
    let applied: usize = kinds.values().sum();
    say(&format!(
        "{title}: {files} files, {duplicates} of them duplicates; {} events: {applied} applied, {} ignored, 0 failed; \
         {payments} payments",
        events.len(),
        events.len() - applied
    ));
    for (kind, count) in kinds {
        say(&format!("  {kind}: {count}"));
    }
}

async fn count_payments(app: &TestApp) -> usize {
    let (mut count, mut after) = (0, String::new());
    loop {
        let list = app.get(&format!("/api/v1/payments?limit=200&after={after}")).await;
        count += list["items"].as_array().unwrap().len();
        match list["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return count,
        }
    }
}

#[tokio::test]
async fn every_event_is_taken_byte_for_byte() {
    let Some(files) = payloads("evt.") else { return };
    on_both(async |app| {
        let bodies = files.iter().map(|f| (f.path.display().to_string(), f.body.clone())).collect();
        let duplicates = post(app, bodies).await;
        let events = stored(app).await;
        assert_eq!(events.len() + duplicates, files.len());
        report("events as they are", files.len(), duplicates, &events, count_payments(app).await);
    })
    .await;
}

#[tokio::test]
async fn every_object_is_taken_inside_an_event() {
    let Some(files) = payloads("obj.") else { return };
    on_both(async |app| {
        let wrapped = files
            .iter()
            .map(|f| (f.path.display().to_string(), wrap(&f.json).to_string().into_bytes()))
            .collect();
        assert_eq!(post(app, wrapped).await, 0);
        let events = stored(app).await;
        report("objects, wrapped", files.len(), 0, &events, count_payments(app).await);
    })
    .await;
}

/// Gives every Stripe id in it a suffix.
fn rename(json: &mut Value, suffix: &str) {
    match json {
        Value::String(text) => {
            let id = ID_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) && text.len() > 8;
            if id && text.len() < 200 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                text.push_str(suffix);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, suffix)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, suffix)),
        _ => {}
    }
}

#[tokio::test]
async fn every_payment_event_changes_what_it_should() {
    let Some(files) = payloads("evt.") else { return };
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let version = app.version().await;
        let mut checks = Vec::new();
        for (n, file) in
            files.iter().enumerate().filter(|(_, f)| is_handled(f.json["type"].as_str().unwrap_or("")))
        {
            let live = file.json["livemode"] == true;
            let body = json!({"client_id": client, "content_version_id": version, "livemode": live});
            let journey = app.journey_with(&body).await;
            let mut sent = file.json.clone();
            rename(&mut sent, &format!("f{n}"));
            let before = expected::prepare(&mut sent, &journey.id);
            checks.push((file.path.display().to_string(), journey.id, sent, before));
        }
        let prepared = checks
            .iter()
            .filter_map(|(path, _, _, before)| Some((path.clone(), before.clone()?.to_string().into())));
        post(app, prepared.collect()).await;
        post(app, checks.iter().map(|(path, _, sent, _)| (path.clone(), sent.to_string().into())).collect())
            .await;
        let mut wrong = Vec::new();
        for (path, journey_id, sent, _) in &checks {
            let now = app.journey_now(journey_id).await;
            let (is, should) = (expected::seen(&now), expected::of(sent));
            if is != should {
                wrong.push(format!("{path}: is {is:?}, should be {should:?}"));
            }
        }
        let payments = count_payments(app).await;
        say(&format!("{} payment events, each on a journey of its own: {payments} payments", checks.len()));
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), checks.len(), wrong.join("\n"));
    })
    .await;
}
