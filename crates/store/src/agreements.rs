//! What clients accepted, and when.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    OF_JOURNEY = "SELECT journey_id, at_ms, content_version_id, text_sha256 FROM agreement WHERE journey_id = $1 \
                  AND (CAST($2 AS BIGINT) IS NULL OR at_ms < $2) ORDER BY at_ms DESC LIMIT $3";
    INSERT = "INSERT INTO agreement (journey_id, at_ms, content_version_id, text_sha256) VALUES ($1, $2, $3, $4) \
              ON CONFLICT (journey_id, at_ms) DO NOTHING";
}

/// One acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Whose.
    pub journey_id: String,
    /// Unix ms; one per journey and millisecond.
    pub at_ms: i64,
    /// The version the client was given then.
    pub content_version_id: String,
    /// SHA-256 of the text they were shown, in hex.
    pub text_sha256: String,
}

/// Newest first; `before_ms` is the time of the last of the page before.
pub async fn of_journey(
    conn: &mut Conn,
    journey_id: &str,
    before_ms: Option<i64>,
    limit: i64,
) -> Result<Vec<Agreement>> {
    let rows = conn.fetch_all(&OF_JOURNEY, args![journey_id, before_ms, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Agreement {
                journey_id: row.get(0)?,
                at_ms: row.get(1)?,
                content_version_id: row.get(2)?,
                text_sha256: row.get(3)?,
            })
        })
        .collect()
}

/// The newest.
pub async fn newest(conn: &mut Conn, journey_id: &str) -> Result<Option<Agreement>> {
    Ok(of_journey(conn, journey_id, None, 1).await?.pop())
}

/// Records one. False when one of the same millisecond is there.
pub async fn insert(conn: &mut Conn, a: &Agreement) -> Result<bool> {
    let values = args![&a.journey_id, a.at_ms, &a.content_version_id, &a.text_sha256];
    Ok(conn.execute(&INSERT, values).await? == 1)
}
