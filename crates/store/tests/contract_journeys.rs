//! `store::journeys`.

use crate::common::rows::{NOW_MS, client, id, ids, journey, judgement, seed, seed_journeys, told, version};
use crate::common::{HARD_TEXTS, ROW_COUNTS, TestDb, on_both};
use ledger::journey::Flag;
use ledger::{Currency, Judgement, Mark, Money, Outcome, Override, PaymentStatus};
use std::collections::BTreeSet;
use store::journeys::{self, GivenVersion, StoredJourney};
use store::{StoreError, clients, tally};

async fn seeded(t: &TestDb, count: usize) {
    let mut conn = t.write().await;
    seed_journeys(&mut conn, count).await;
    conn.commit().await.unwrap();
}

fn sorted(journeys: Vec<StoredJourney>) -> Vec<String> {
    let ids: BTreeSet<_> = journeys.into_iter().map(|j| j.id).collect();
    ids.into_iter().collect()
}

/// Everything a journey can hold, in `text`.
fn full(n: usize, text: &str) -> StoredJourney {
    let text = text.to_owned();
    StoredJourney {
        token: format!("{text}{n}"),
        price: Money::new(i64::MIN, Currency::parse("bhd").unwrap()),
        livemode: n.is_multiple_of(2),
        started_at_ms: i64::MIN,
        first_viewed_at_ms: Some(i64::MAX),
        mark: Some(Mark { outcome: Outcome::Ghosted, at_ms: -1, by: text.clone(), note: Some(text.clone()) }),
        pinned: Some(Override { outcome: Outcome::Paid, reason: text.clone(), at_ms: 0, by: text.clone() }),
        history_count: i64::MAX,
        judgement: Judgement {
            gross_minor: i64::MAX,
            net_minor: i64::MIN,
            paid_at_ms: Some(NOW_MS),
            told: Some(told()),
            payment_id: Some(text),
            flags: Flag::ALL.to_vec(),
            ..judgement(Outcome::Refunded, PaymentStatus::Lost)
        },
        changed_at_ms: i64::MAX,
        ..journey(n)
    }
}

#[tokio::test]
async fn every_field_comes_back_as_it_was() {
    on_both(async |t| {
        seeded(t, 0).await;
        let mut conn = t.write().await;
        for (n, text) in HARD_TEXTS.into_iter().enumerate() {
            let want = full(n, text);
            journeys::insert(&mut conn, &want).await.unwrap();
            assert_eq!(journeys::get(&mut conn, &want.id).await.unwrap(), Some(want));
        }
        assert_eq!(journeys::get(&mut conn, "jrn_none").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_id_and_a_token_are_given_once_and_what_is_named_must_exist() {
    on_both(async |t| {
        seeded(t, 1).await;
        let refused = [
            journey(0),
            StoredJourney { token: journey(0).token, ..journey(1) },
            StoredJourney { client_id: "cli_none".to_owned(), ..journey(1) },
            StoredJourney { content_version_id: "ver_none".to_owned(), ..journey(1) },
            StoredJourney { hypothesis_id: "hyp_none".to_owned(), ..journey(1) },
        ];
        for journey in refused {
            let mut conn = t.write().await;
            let outcome = journeys::insert(&mut conn, &journey).await;
            assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{journey:?}: {outcome:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn saving_changes_what_became_of_it_and_not_what_it_was() {
    on_both(async |t| {
        seeded(t, 1).await;
        let mut conn = t.write().await;
        let changed = full(0, "x");
        journeys::save(&mut conn, std::slice::from_ref(&changed)).await.unwrap();
        let was = journey(0);
        let want = StoredJourney {
            token: was.token,
            price: was.price,
            livemode: was.livemode,
            started_at_ms: was.started_at_ms,
            first_viewed_at_ms: was.first_viewed_at_ms,
            ..changed
        };
        assert_eq!(journeys::get(&mut conn, &want.id).await.unwrap(), Some(want));
        journeys::save(&mut conn, &[journey(0)]).await.unwrap();
        assert_eq!(journeys::get(&mut conn, &id("jrn", 0)).await.unwrap(), Some(journey(0)), "nulls too");
    })
    .await;
}

#[tokio::test]
async fn any_number_is_saved_and_found() {
    on_both(async |t| {
        seeded(t, 0).await;
        let mut conn = t.write().await;
        for count in ROW_COUNTS {
            let outcome = Outcome::ALL[count % Outcome::ALL.len()];
            let now = |n| StoredJourney { judgement: judgement(outcome, PaymentStatus::None), ..journey(n) };
            journeys::save(&mut conn, &(0..count).map(now).collect::<Vec<_>>()).await.unwrap();
            let found = journeys::by_ids(&mut conn, ids("jrn", count)).await.unwrap();
            assert!(found.iter().all(|j| j.judgement.outcome == outcome), "{count}");
            assert_eq!(sorted(found), ids("jrn", count));
        }
        let total: i64 = tally::states(&mut conn, true).await.unwrap().into_iter().map(|(_, _, n)| n).sum();
        assert_eq!(total, 1000);
    })
    .await;
}

#[tokio::test]
async fn ids_are_walked_in_order() {
    on_both(async |t| {
        seeded(t, 23).await;
        let mut conn = t.read().await;
        let mut got: Vec<String> = Vec::new();
        loop {
            let page = journeys::ids(&mut conn, got.last().map_or("", String::as_str), 5).await.unwrap();
            if page.is_empty() {
                break;
            }
            got.extend(page);
        }
        assert_eq!(got, ids("jrn", 23));
    })
    .await;
}

#[tokio::test]
async fn journeys_of_clients_and_their_versions_are_found() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed(&mut conn).await;
        clients::insert(&mut conn, &client(1)).await.unwrap();
        for n in 0..10 {
            let client_id = id("cli", n % 2);
            journeys::insert(&mut conn, &StoredJourney { client_id, ..journey(n) }).await.unwrap();
        }
        let of = async |conn: &mut _, clients| {
            let found = journeys::by_clients(conn, clients).await.unwrap();
            found.into_iter().map(|j| j.id).collect::<Vec<_>>()
        };
        assert_eq!(of(&mut conn, ids("cli", 2)).await, ids("jrn", 10));
        assert_eq!(of(&mut conn, vec![id("cli", 1)]).await, [1, 3, 5, 7, 9].map(|n| id("jrn", n)));
        assert_eq!(of(&mut conn, Vec::new()).await, Vec::<String>::new());

        let given = |n| GivenVersion {
            journey_id: id("jrn", n),
            given_at_ms: NOW_MS,
            content_version_id: version(1).id,
            hypothesis_id: id("hyp", 0),
        };
        let versions = journeys::versions(&mut conn, vec![id("jrn", 4), id("jrn", 2), id("jrn", 99)]).await;
        assert_eq!(versions.unwrap(), [given(2), given(4)]);
        assert_eq!(journeys::versions(&mut conn, Vec::new()).await.unwrap(), []);
    })
    .await;
}

/// Journey n is of client n, whose name, address and company are these.
async fn searchable(t: &TestDb, people: &[(&str, &str, Option<&str>)]) {
    let mut conn = t.write().await;
    seed(&mut conn).await;
    for (n, (name, email, company)) in (1..).zip(people) {
        let mut person = client(n);
        (person.name, person.email) = ((*name).to_owned(), (*email).to_owned());
        person.company = company.map(str::to_owned);
        clients::insert(&mut conn, &person).await.unwrap();
        journeys::insert(&mut conn, &StoredJourney { client_id: person.id, ..journey(n) }).await.unwrap();
    }
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn a_line_carries_the_names_of_what_it_refers_to() {
    on_both(async |t| {
        searchable(t, &[("Ann", "ann@x.org", Some("Ann & Co"))]).await;
        let mut conn = t.write().await;
        journeys::insert(&mut conn, &journey(7)).await.unwrap();
        let lines =
            journeys::lines(&mut conn, vec![id("jrn", 1), id("jrn", 7), id("jrn", 99)]).await.unwrap();
        assert!(lines.iter().all(|l| l.content_id == id("con", 0) && l.category == "curiosity"));
        assert_eq!(lines[0].journey, journey(7), "the newest first");
        let names =
            lines.iter().map(|l| (l.client_name.as_str(), l.client_email.as_str(), &l.client_company));
        let want =
            [("Client 0", "client0@example.com", &None), ("Ann", "ann@x.org", &Some("Ann & Co".to_owned()))];
        assert_eq!(names.collect::<Vec<_>>(), want);
        assert!(lines.iter().all(|l| l.content_name == "Content 0" && l.version_number == 1));
        assert_eq!(journeys::lines(&mut conn, Vec::new()).await.unwrap(), []);
    })
    .await;
}
