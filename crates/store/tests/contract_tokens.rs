//! `store::tokens`.

use crate::common::rows::NOW_MS;
use crate::common::{HARD_TEXTS, on_both};
use store::StoreError;
use store::tokens::{self, StoredToken};

fn token(id: &str, name: &str) -> StoredToken {
    StoredToken { id: id.to_owned(), name: name.to_owned(), role: "viewer".to_owned() }
}

#[tokio::test]
async fn a_token_is_found_by_its_hash_only() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for (n, text) in HARD_TEXTS.iter().enumerate() {
            let id = format!("tok_{n}");
            tokens::insert(&mut conn, &token(&id, text), &format!("hash-{n}"), NOW_MS).await.unwrap();
            let found = tokens::by_hash(&mut conn, &format!("hash-{n}")).await.unwrap();
            assert_eq!(found.map(|row| row.token), Some(token(&id, text)));
        }
        for other in ["", "hash", "HASH-0", "hash-0 ", "hash-_", "hash-%", "tok_0"] {
            assert_eq!(tokens::by_hash(&mut conn, other).await.unwrap(), None, "{other:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_listed_and_not_found() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for id in ["tok_1", "tok_2"] {
            tokens::insert(&mut conn, &token(id, "n"), id, NOW_MS).await.unwrap();
        }
        tokens::seen(&mut conn, "tok_1", NOW_MS + 9).await.unwrap();
        tokens::seen(&mut conn, "tok_1", NOW_MS + 5).await.unwrap();
        assert!(tokens::revoke(&mut conn, "tok_1", NOW_MS + 10).await.unwrap());
        assert!(!tokens::revoke(&mut conn, "tok_1", NOW_MS + 11).await.unwrap());
        assert!(!tokens::revoke(&mut conn, "tok_3", NOW_MS).await.unwrap());
        assert_eq!(tokens::by_hash(&mut conn, "tok_1").await.unwrap(), None);
        let row = tokens::get(&mut conn, "tok_1").await.unwrap().unwrap();
        assert_eq!((row.seen_at_ms, row.revoked_at_ms), (Some(NOW_MS + 9), Some(NOW_MS + 10)));
        let ids = async |conn: &mut store::Conn, after: Option<&str>| {
            let rows = tokens::list(conn, after, 9).await.unwrap();
            rows.into_iter().map(|row| row.token.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&mut conn, None).await, ["tok_2", "tok_1"]);
        assert_eq!(ids(&mut conn, Some("tok_2")).await, ["tok_1"]);
    })
    .await;
}

#[tokio::test]
async fn neither_an_id_nor_a_hash_is_used_twice() {
    on_both(async |t| {
        for (id, hash, taken) in [("tok_1", "a", false), ("tok_1", "b", true), ("tok_2", "a", true)] {
            let mut conn = t.write().await;
            let outcome = tokens::insert(&mut conn, &token(id, "n"), hash, NOW_MS).await;
            assert_eq!(matches!(outcome, Err(StoreError::Conflict(_))), taken, "{id} {hash}: {outcome:?}");
            if !taken {
                conn.commit().await.unwrap();
            }
        }
    })
    .await;
}
