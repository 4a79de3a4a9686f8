//! `store::thresholds`.

use crate::common::on_both;
use store::thresholds::{list, put};

#[tokio::test]
async fn the_last_value_of_a_name_counts() {
    on_both(async |t| {
        let mut conn = t.write().await;
        assert_eq!(list(&mut conn).await.unwrap(), []);
        for (name, value) in [("b", 1), ("a", i64::MAX), ("b", 2)] {
            put(&mut conn, name, value).await.unwrap();
        }
        let want = [("a".to_owned(), i64::MAX), ("b".to_owned(), 2)];
        assert_eq!(list(&mut conn).await.unwrap(), want);
    })
    .await;
}
