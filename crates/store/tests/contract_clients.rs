//! `store::clients`.

use crate::common::rows::{NOW_MS, client, id, ids, strings};
use crate::common::{HARD_TEXTS, ROW_COUNTS, TestDb, on_both};
use std::collections::{BTreeMap, BTreeSet};
use store::StoreError;
use store::clients::{self, StoredClient};

async fn insert(t: &TestDb, clients: &[StoredClient]) {
    let mut conn = t.write().await;
    for client in clients {
        clients::insert(&mut conn, client).await.unwrap();
    }
    conn.commit().await.unwrap();
}

fn sorted(mut clients: Vec<StoredClient>) -> Vec<String> {
    clients.sort_by(|a, b| a.id.cmp(&b.id));
    clients.into_iter().map(|c| c.id).collect()
}

#[tokio::test]
async fn every_field_comes_back_as_it_was() {
    on_both(async |t| {
        let mut all = vec![client(0)];
        for (n, text) in HARD_TEXTS.into_iter().enumerate() {
            let text = text.to_owned();
            all.push(StoredClient {
                id: id("cli", n + 1),
                name: text.clone(),
                email: text.clone(),
                company: Some(text.clone()),
                attributes: BTreeMap::from([(text.clone(), text.clone()), ("k".to_owned(), String::new())]),
                stripe_customer_id: Some(text),
                created_at_ms: if n == 0 { i64::MIN } else { i64::MAX },
            });
        }
        insert(t, &all).await;
        let mut conn = t.read().await;
        for want in all {
            assert_eq!(clients::get(&mut conn, &want.id).await.unwrap(), Some(want));
        }
        assert_eq!(clients::get(&mut conn, "cli_nobody").await.unwrap(), None);
    })
    .await;
}

/// PostgreSQL cannot hold U+0000; one in a stranger's data must neither stop a batch nor differ between databases.
#[tokio::test]
async fn a_nul_becomes_the_replacement_character_everywhere() {
    on_both(async |t| {
        let mut odd = client(0);
        odd.name = "a\0b".to_owned();
        odd.attributes = BTreeMap::from([("k\0".to_owned(), "\0".to_owned())]);
        odd.stripe_customer_id = Some("cus_\0".to_owned());
        insert(t, std::slice::from_ref(&odd)).await;
        let mut conn = t.read().await;
        let found = clients::by_customers(&mut conn, strings(["cus_\0"])).await.unwrap().pop().unwrap();
        assert_eq!(found.name, "a\u{fffd}b");
        assert_eq!(found.stripe_customer_id.as_deref(), Some("cus_\u{fffd}"));
        assert_eq!(found.attributes, odd.attributes, "JSON escapes it");
    })
    .await;
}

#[tokio::test]
async fn an_id_is_used_once() {
    on_both(async |t| {
        insert(t, &[client(0)]).await;
        let mut conn = t.write().await;
        let twice = clients::insert(&mut conn, &client(0)).await;
        assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn a_list_of_ids_can_have_any_length() {
    on_both(async |t| {
        insert(t, &(0..65).map(client).collect::<Vec<_>>()).await;
        let mut conn = t.read().await;
        for count in ROW_COUNTS {
            let found = clients::by_ids(&mut conn, ids("cli", count)).await.unwrap();
            assert_eq!(sorted(found), ids("cli", count.min(65)));
        }
        let twice = clients::by_ids(&mut conn, strings(["cli_000001", "cli_000001"])).await.unwrap();
        assert_eq!(sorted(twice), ["cli_000001"]);
    })
    .await;
}

#[tokio::test]
async fn customers_and_addresses_are_matched_whole() {
    on_both(async |t| {
        let with = |n, email: &str, customer: Option<&str>| {
            let mut client = client(n);
            client.email = email.to_owned();
            client.stripe_customer_id = customer.map(str::to_owned);
            client
        };
        let all = [
            with(0, "a@x.org", None),
            with(1, "a@x.org", Some("cus_1")),
            with(2, "aa@x.org", Some("cus_1")),
            with(3, "%@x.org", Some("cus_%")),
        ];
        insert(t, &all).await;
        let mut conn = t.read().await;
        let by_emails = async |conn: &mut _, emails| clients::by_emails(conn, emails).await.unwrap();
        let by_customers = async |conn: &mut _, ids| clients::by_customers(conn, ids).await.unwrap();
        assert_eq!(sorted(by_emails(&mut conn, strings(["a@x.org"])).await), ids("cli", 2));
        assert_eq!(sorted(by_emails(&mut conn, strings(["%@x.org"])).await), [id("cli", 3)]);
        assert_eq!(sorted(by_emails(&mut conn, strings(["A@x.org", ""])).await).len(), 0);
        assert_eq!(by_emails(&mut conn, Vec::new()).await, []);
        assert_eq!(sorted(by_customers(&mut conn, strings(["cus_1"])).await), [id("cli", 1), id("cli", 2)]);
        assert_eq!(sorted(by_customers(&mut conn, strings(["cus_%"])).await), [id("cli", 3)]);
        assert_eq!(by_customers(&mut conn, Vec::new()).await, []);
    })
    .await;
}

#[tokio::test]
async fn pages_lose_and_double_nobody() {
    on_both(async |t| {
        insert(t, &(0..25).map(client).collect::<Vec<_>>()).await;
        let mut want = ids("cli", 25);
        want.reverse();
        let mut conn = t.read().await;
        for limit in [1, 4, 5, 24, 25, 26] {
            let mut got: Vec<String> = Vec::new();
            loop {
                let page = clients::list(&mut conn, got.last().map(String::as_str), limit).await.unwrap();
                assert!(i64::try_from(page.len()).unwrap() <= limit);
                if page.is_empty() {
                    break;
                }
                got.extend(page.into_iter().map(|c| c.id));
            }
            assert_eq!(got, want, "pages of {limit}");
        }
        assert_eq!(clients::list(&mut conn, None, 0).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_customer_is_set_and_taken_away() {
    on_both(async |t| {
        insert(t, &[client(0), client(1)]).await;
        let mut conn = t.write().await;
        assert!(clients::set_customer(&mut conn, &id("cli", 0), Some("cus_9")).await.unwrap());
        assert!(!clients::set_customer(&mut conn, "cli_nobody", Some("cus_9")).await.unwrap());
        let mut want = client(0);
        want.stripe_customer_id = Some("cus_9".to_owned());
        assert_eq!(clients::get(&mut conn, &want.id).await.unwrap(), Some(want));
        assert_eq!(clients::get(&mut conn, &id("cli", 1)).await.unwrap(), Some(client(1)));
        assert!(clients::set_customer(&mut conn, &id("cli", 0), None).await.unwrap());
        assert_eq!(clients::get(&mut conn, &id("cli", 0)).await.unwrap(), Some(client(0)));
        assert_eq!(client(0).created_at_ms, NOW_MS);
    })
    .await;
}

#[tokio::test]
async fn many_are_written_at_once_and_their_addresses_known() {
    on_both(async |t| {
        for (round, count) in ROW_COUNTS.into_iter().enumerate() {
            let mut conn = t.write().await;
            let many: Vec<StoredClient> = (0..count).map(|n| client(round * 10_000 + n)).collect();
            clients::insert_all(&mut conn, &many).await.unwrap();
            let mut asked: Vec<String> = many.iter().map(|c| c.email.clone()).collect();
            let want: BTreeSet<String> = asked.iter().cloned().collect();
            asked.extend(strings(["nobody@example.com", "", "CLIENT1@EXAMPLE.COM"]));
            assert_eq!(clients::known_emails(&mut conn, asked).await.unwrap(), want);
            conn.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_by_how_words_of_a_name_an_address_or_a_company_begin() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let named = StoredClient {
            name: "Zoë Özdemir".to_owned(),
            company: Some("100% Lima".to_owned()),
            ..client(1)
        };
        clients::insert_all(&mut conn, &[client(0), named.clone(), client(2)]).await.unwrap();
        for (text, want) in [
            ("ÖZDEMIR", vec![named.clone()]),
            ("100%", vec![named.clone()]),
            ("0%l", vec![]),
            ("zdemir", vec![]),
            ("lima zo", vec![named.clone()]),
            ("lima nobody", vec![]),
            ("zoë özd 100 lim", vec![named.clone()]),
            (&id("cli", 2), vec![client(2)]),
            ("client_", vec![client(2), named.clone()]),
            ("@EXAMPLE", vec![client(2), named.clone()]),
        ] {
            assert_eq!(clients::search(&mut conn, text, 2).await.unwrap(), want, "{text}");
        }
    })
    .await;
}
