//! `store::payment_list` and `store::payment_totals`.

use crate::common::rows::{NOW_MS, client, event, id, payment, seed_journeys, snapshot};
use crate::common::{TestDb, on_both};
use ledger::{Currency, PaymentStatus};
use store::payment_list::{self, PaymentFilter, Place};
use store::payment_totals::{self, DAY_MS, Delta, Sums};
use store::payments::{self, HintKind, StoredPayment};
use store::snapshots::{self, StoredSnapshot};

/// Writes payments and their sums, as apply does.
async fn save(t: &TestDb, before: &[StoredPayment], now: &[StoredPayment]) {
    let mut conn = t.write().await;
    payments::upsert(&mut conn, now).await.unwrap();
    let mut delta = Delta::default();
    for p in before {
        delta.remove(p);
    }
    for p in now {
        delta.add(p);
    }
    payment_totals::apply(&mut conn, delta).await.unwrap();
    conn.commit().await.unwrap();
}

/// Three share each moment, over some weeks; every filter leaves some out.
fn made(n: usize) -> StoredPayment {
    let mut made = payment(n);
    made.journey_id = n.is_multiple_of(2).then(|| id("jrn", n));
    made.facts.livemode = !n.is_multiple_of(5);
    made.facts.is_money = !n.is_multiple_of(7);
    made.facts.status = [PaymentStatus::Paid, PaymentStatus::None, PaymentStatus::Refunded][n % 3];
    made.facts.currency = Currency::parse(["usd", "eur", "jpy", "gbp"][n % 4]);
    made.facts.method = (!n.is_multiple_of(11)).then(|| ["card", "sepa_debit"][n % 2].to_owned());
    made.facts.paid_at_ms = Some(NOW_MS + i64::try_from(n / 3).unwrap() * DAY_MS / 2);
    made
}

async fn page_through(t: &TestDb, filter: &PaymentFilter, limit: i64) -> Vec<String> {
    let mut conn = t.read().await;
    let mut got: Vec<StoredPayment> = Vec::new();
    loop {
        let after = got.last().map(Place::of);
        let page = payment_list::list(&mut conn, filter, after.as_ref(), limit).await.unwrap();
        assert!(i64::try_from(page.len()).unwrap() <= limit);
        if page.is_empty() {
            return got.into_iter().map(|p| p.id).collect();
        }
        got.extend(page);
    }
}

fn filters() -> Vec<PaymentFilter> {
    let all = PaymentFilter::default();
    let some = |text: &str| Some(text.to_owned());
    let mut filters = vec![
        all.clone(),
        PaymentFilter { status: some("refunded"), ..all.clone() },
        PaymentFilter { status: some("lost"), ..all.clone() },
        PaymentFilter { currency: some("jpy"), ..all.clone() },
        PaymentFilter { method: some("sepa_debit"), status: some("paid"), ..all.clone() },
        PaymentFilter { matched: Some(true), ..all.clone() },
        PaymentFilter { matched: Some(false), ..all.clone() },
        PaymentFilter { matched: Some(false), currency: some("usd"), ..all.clone() },
        PaymentFilter { from_ms: NOW_MS + 3 * DAY_MS, to_ms: NOW_MS + 6 * DAY_MS, ..all.clone() },
        PaymentFilter { from_ms: NOW_MS + 3 * DAY_MS, status: some("paid"), ..all },
    ];
    let of_mode = |livemode: bool| {
        move |filter: &PaymentFilter| PaymentFilter { livemode: Some(livemode), ..filter.clone() }
    };
    let modes: Vec<_> = filters.iter().map(of_mode(true)).chain(filters.iter().map(of_mode(false))).collect();
    filters.extend(modes);
    filters
}

fn passes(filter: &PaymentFilter, p: &StoredPayment) -> bool {
    let f = &p.facts;
    f.is_money
        && filter.livemode.is_none_or(|livemode| livemode == f.livemode)
        && filter.status.as_deref().is_none_or(|status| status == f.status.as_str())
        && filter.currency.as_deref().is_none_or(|code| f.currency.unwrap().as_str() == code)
        && filter.method.as_deref().is_none_or(|method| f.method.as_deref() == Some(method))
        && filter.matched.is_none_or(|matched| {
            if matched {
                p.journey_id.is_some()
            } else {
                p.journey_id.is_none() && f.status.as_str() != "none"
            }
        })
        && (filter.from_ms..filter.to_ms).contains(&p.at_ms())
}

#[tokio::test]
async fn pages_lose_and_double_nothing_under_any_filter() {
    on_both(async |t| {
        let all: Vec<_> = (0..70).map(made).collect();
        save(t, &[], &all).await;
        for filter in filters() {
            let mut want: Vec<&StoredPayment> = all.iter().filter(|p| passes(&filter, p)).collect();
            want.sort_by(|a, b| (b.at_ms(), &b.id).cmp(&(a.at_ms(), &a.id)));
            let want: Vec<&String> = want.into_iter().map(|p| &p.id).collect();
            for limit in [1, 4, 100] {
                let got = page_through(t, &filter, limit).await;
                assert_eq!(got.iter().collect::<Vec<_>>(), want, "{filter:?} by {limit}");
            }
        }
    })
    .await;
}

/// Few that are years apart: only their days are looked at.
#[tokio::test]
async fn what_is_rare_is_found_on_its_days() {
    on_both(async |t| {
        let rare = |n: usize| {
            let mut rare = payment(n);
            let at_ms = NOW_MS - i64::try_from(n / 2).unwrap() * 40 * DAY_MS;
            rare.facts.paid_at_ms = Some(at_ms);
            rare.facts.status = [PaymentStatus::Lost, PaymentStatus::Paid][usize::from(n.is_multiple_of(3))];
            rare
        };
        let all: Vec<_> = (0..40).map(rare).collect();
        save(t, &[], &all).await;
        let status = Some("lost".to_owned());
        let filter = PaymentFilter { status, from_ms: NOW_MS - 700 * DAY_MS, ..PaymentFilter::default() };
        let mut want: Vec<&StoredPayment> = all.iter().filter(|p| passes(&filter, p)).collect();
        want.sort_by(|a, b| (b.at_ms(), &b.id).cmp(&(a.at_ms(), &a.id)));
        let want: Vec<&String> = want.into_iter().map(|p| &p.id).collect();
        for limit in [1, 2, 3, 100] {
            assert_eq!(page_through(t, &filter, limit).await.iter().collect::<Vec<_>>(), want, "by {limit}");
        }
    })
    .await;
}

/// The sums of what is loaded, one currency after the other.
fn sums_of<'a>(payments: impl Iterator<Item = &'a StoredPayment>) -> Vec<Sums> {
    let mut sums: Vec<Sums> = Vec::new();
    for p in payments {
        let currency = p.facts.currency.unwrap().to_string();
        if sums.iter().all(|s| s.currency != currency) {
            sums.push(Sums { currency: currency.clone(), ..Sums::default() });
        }
        sums.iter_mut().filter(|s| s.currency == currency).for_each(|s| s.add(p));
    }
    sums.sort_by(|a, b| a.currency.cmp(&b.currency));
    sums
}

#[tokio::test]
async fn the_sums_are_those_of_the_payments_whatever_changes() {
    on_both(async |t| {
        let mut all: Vec<_> = (0..70).map(made).collect();
        save(t, &[], &all).await;
        let before: Vec<_> = all.iter().filter(|p| p.id > id("pi", 40)).cloned().collect();
        for p in all.iter_mut().filter(|p| p.id > id("pi", 40)) {
            p.journey_id = Some("jrn".to_owned());
            p.facts.status = PaymentStatus::PartiallyRefunded;
            (p.facts.refunded_minor, p.facts.net_minor) = (20_000, 30_000);
        }
        let now: Vec<_> = all.iter().filter(|p| p.id > id("pi", 40)).cloned().collect();
        save(t, &before, &now).await;
        let mut conn = t.read().await;
        for filter in filters() {
            let Some(livemode) = filter.livemode else { continue };
            let mut got = payment_totals::sums(&mut conn, &filter, livemode).await.unwrap();
            got.sort_by(|a, b| a.currency.cmp(&b.currency));
            assert_eq!(got, sums_of(all.iter().filter(|p| passes(&filter, p))), "{filter:?}");
        }
        let mut computed = Delta::default();
        for p in &all {
            computed.add(p);
        }
        assert_eq!(payment_totals::differences(&mut conn, &computed).await.unwrap(), Vec::<String>::new());
        computed.remove(&all[1]);
        assert_eq!(payment_totals::differences(&mut conn, &computed).await.unwrap().len(), 1);
    })
    .await;
}

/// A sum that overflowed would stop every event that follows.
#[tokio::test]
async fn absurd_amounts_cannot_overflow_a_sum() {
    on_both(async |t| {
        let absurd = |n: usize| {
            let mut absurd = payment(n);
            (absurd.facts.gross_minor, absurd.facts.refunded_minor) = (i64::MAX, i64::MIN);
            absurd
        };
        let all: Vec<_> = (0..20).map(absurd).collect();
        save(t, &[], &all).await;
        save(t, &all[..19], &(0..19).map(payment).collect::<Vec<_>>()).await;
        let all = PaymentFilter::default();
        let sums = payment_totals::sums(&mut t.read().await, &all, true).await.unwrap();
        assert_eq!((sums[0].payments, sums[0].gross_minor), (20, 1_000_000_000_000 + 19 * 50_000));
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_by_ids_addresses_and_names() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        let charge = StoredSnapshot { payment_id: id("pi", 1), ..snapshot(1) };
        snapshots::upsert(&mut conn, std::slice::from_ref(&charge)).await.unwrap();
        let hint = (HintKind::Email, "lost@example.com".to_owned(), id("pi", 1));
        payments::set_hints(&mut conn, Vec::new(), vec![hint]).await.unwrap();
        conn.commit().await.unwrap();
        let matched = StoredPayment { journey_id: Some(id("jrn", 0)), ..payment(0) };
        save(t, &[], &[matched, payment(1)]).await;
        let mut conn = t.read().await;
        let mut found = async |q: &str| {
            let found = payment_list::search(&mut conn, &PaymentFilter::default(), q).await.unwrap();
            assert!(!found.cut);
            found.payments.into_iter().map(|p| p.id).collect::<Vec<_>>()
        };
        let by_client = [id("pi", 0)];
        assert_eq!(found(&id("pi", 0)).await, by_client);
        assert_eq!(found(&id("jrn", 0)).await, by_client);
        assert_eq!(found(&client(0).name.to_uppercase()).await, by_client);
        assert_eq!(found(&client(0).email).await, by_client);
        assert_eq!(found(&charge.id).await, [id("pi", 1)], "by an object of it");
        assert_eq!(found("Lost@Example.com").await, [id("pi", 1)]);
        for nothing in ["%", "nobody at all", &id("evt", 0), &event(0).kind] {
            assert_eq!(found(nothing).await, Vec::<String>::new(), "{nothing}");
        }
    })
    .await;
}

#[test]
fn a_place_is_read_back() {
    let place = Place { at_ms: -5, id: "pi_1.x".to_owned() };
    assert_eq!(Place::parse(&place.to_text()), Some(place));
    for wrong in ["", "5", "5.", ".pi_1", "x.pi_1", "5.p i", "5.pi_\u{e9}"] {
        assert_eq!(Place::parse(wrong), None, "{wrong}");
    }
}
