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
            assert_eq!(found, Some(token(&id, text)));
        }
        for other in ["", "hash", "HASH-0", "hash-0 ", "hash-_", "hash-%", "tok_0"] {
            assert_eq!(tokens::by_hash(&mut conn, other).await.unwrap(), None, "{other:?}");
        }
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
