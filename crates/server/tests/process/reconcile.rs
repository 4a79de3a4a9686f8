//! `whypaid reconcile` as a process: its exit codes, a kill in the middle of it, and what it logs when Stripe fails.

use crate::util::database::Database;
use crate::util::process::{assert_verified, command};
use crate::util::{WAIT_MAX, say, until};
use serde_json::{Value, json};
use stand_in::{Fault, Options, Seed, StandIn};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

const KEY: &str = "sk_test_process_0123456789";
const DAY_S: i64 = 86_400;

/// An account as old as it has payments, at `every_s` seconds each.
async fn account(payments: usize, every_s: i64) -> StandIn {
    let clock = server::clock::Clock::system();
    let age_s = i64::try_from(payments).unwrap() * every_s;
    let told = clock.clone();
    let mut options = Options::new(Arc::new(move || told.now_ms()));
    options.starts_at_ms = Some(clock.now_ms() - age_s * 1000);
    let stripe = StandIn::start(options).await.expect("starts");
    stripe.with(|account| account.seed(Seed { payments, every_s, tell: false })).expect("seeds");
    stripe
}

fn reconcile(database_url: &str, stripe: &StandIn) -> Command {
    let mut command = command(database_url);
    command
        .env("STRIPE_SECRET_KEY", KEY)
        .env("STRIPE_API_BASE", stripe.base_url())
        .env("WHYPAID_LOG", "debug");
    command.args(["reconcile", "--all"]).stdin(Stdio::null());
    command
}

async fn finished(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("runs whypaid")).await.unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

async fn captured_charge(stripe: &StandIn) -> String {
    let url = format!("{}/v1/charges?limit=100", stripe.base_url());
    let list = reqwest::Client::new().get(url).bearer_auth(KEY).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    let captured = list["data"].as_array().unwrap().iter().find(|charge| charge["amount_captured"] != 0);
    captured.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Killed when the test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconcile_goes_on_after_a_kill_and_tells_by_its_exit_code() {
    let database = Database::sqlite();
    let stripe = account(700, DAY_S).await;
    let mut running = Running(
        reconcile(&database.url, &stripe).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(),
    );
    let lists = || stripe.calls().iter().filter(|call| call.path != "/v1/events").count();
    until("it is in the middle of its lists", WAIT_MAX, async || {
        if lists() >= 3 { Ok(()) } else { Err(lists().to_string()) }
    })
    .await;
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    let before = lists();
    let done = finished(reconcile(&database.url, &stripe)).await;
    assert_eq!(done.status.code(), Some(0), "{}", text(&done));
    let (rest, said) = (lists() - before, text(&done));
    assert!(said.contains("0 differences") && said.contains("going on with"), "{said}");
    assert_verified(&database.url);

    let before = lists();
    let again = finished(reconcile(&database.url, &stripe)).await;
    assert_eq!(again.status.code(), Some(0), "{}", text(&again));
    assert!(text(&again).contains("taken in: 0 events, 0 objects"), "{}", text(&again));
    let whole = lists() - before;
    assert!(rest < whole, "{rest} of {whole} pages");

    let charge = captured_charge(&stripe).await;
    assert!(stripe.with(|account| account.alter(&charge, "amount_captured", json!(77))));
    let differs = finished(reconcile(&database.url, &stripe)).await;
    assert_eq!(differs.status.code(), Some(1), "{}", text(&differs));
    let named = text(&differs);
    assert!(named.contains(&charge) && named.contains("Stripe 77, ours "), "{named}");
    say(format!("reconcile_goes_on_after_a_kill: {rest} of {whole} pages were left after the kill"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconcile_logs_request_ids_and_never_the_key() {
    let database = Database::sqlite();
    let stripe = account(3, DAY_S).await;
    stripe.fail_next(vec![
        Fault::Status(500),
        Fault::Garbage,
        Fault::Cut,
        Fault::Status(429),
        Fault::Status(500),
    ]);
    let failed = finished(reconcile(&database.url, &stripe)).await;
    let said = text(&failed);
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.contains("req_") && said.contains("goes on from there"), "{said}");
    stripe.fail_next(vec![Fault::Status(401)]);
    let refused = finished(reconcile(&database.url, &stripe)).await;
    assert!(text(&refused).contains("STRIPE_SECRET_KEY"), "{}", text(&refused));
    for output in [failed, refused] {
        let said = text(&output);
        assert!(!said.contains(KEY) && !said.contains("0123456789"), "{said}");
    }
}

/// `WHYPAID_RECONCILE_PAYMENTS=34000` makes it an account of 100 000 objects, which takes minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconcile_takes_no_more_memory_for_a_larger_account() {
    let asked_for = std::env::var("WHYPAID_RECONCILE_PAYMENTS").ok().and_then(|n| n.parse().ok());
    let database = Database::sqlite();
    let stripe = account(asked_for.unwrap_or(1_500), 3_600).await;
    let started = tokio::time::Instant::now();
    let mut running = Running(
        reconcile(&database.url, &stripe).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(),
    );
    let (mut peak_kb, mut early_kb) = (0, 0);
    let status = loop {
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        peak_kb = peak_kb.max(resident_peak_kb(running.0.id()));
        if lists(&stripe) <= EARLY_PAGES {
            early_kb = peak_kb;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(status.code(), Some(0));
    say(format!(
        "reconcile_takes_no_more_memory: {} pages in {:?}, {early_kb} kB after {EARLY_PAGES} pages, {peak_kb} kB at most",
        lists(&stripe),
        started.elapsed()
    ));
    assert!(peak_kb < early_kb + GROWTH_KB_MAX, "{early_kb} kB early, {peak_kb} kB at most");
}

/// Pages after which memory has taken its size, and how much more the rest may take.
const EARLY_PAGES: usize = 12;
const GROWTH_KB_MAX: u64 = 40_000;

fn lists(stripe: &StandIn) -> usize {
    stripe.calls().len()
}

/// 0 once it is gone.
fn resident_peak_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn reconcile_used_wrongly_says_so() {
    let database = Database::sqlite();
    let mut without_key = command(&database.url);
    let none = finished({
        without_key.arg("reconcile");
        without_key
    })
    .await;
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none).contains("STRIPE_SECRET_KEY"), "{}", text(&none));
    for args in [["--since", "soon"], ["--since", "30"]] {
        let mut wrong = command(&database.url);
        wrong.arg("reconcile").args(args);
        let wrong = finished(wrong).await;
        assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong));
        assert!(text(&wrong).contains("30d"), "{}", text(&wrong));
    }
}
