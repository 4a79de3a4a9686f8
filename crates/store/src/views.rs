//! Pages that clients were served, and how long they were seen (SPEC J4).

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    OF_JOURNEY = "SELECT journey_id, id, at_ms, step, content_version_id, visible_ms FROM page_view \
                  WHERE journey_id = $1 AND (CAST($2 AS TEXT) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";
    SEEN = "UPDATE page_view SET visible_ms = CASE WHEN $3 < $4 - at_ms THEN $3 ELSE $4 - at_ms END \
            WHERE journey_id = $1 AND id = $2 AND visible_ms < CASE WHEN $3 < $4 - at_ms THEN $3 ELSE $4 - at_ms END";
    @many INSERT = "page_view" (journey_id: Text, id: Text, at_ms: Int, step: Text, content_version_id: Text,
                               visible_ms: Int) "ON CONFLICT (journey_id, id) DO NOTHING";
}

/// One page served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageView {
    /// Whose.
    pub journey_id: String,
    /// `viw_…`
    pub id: String,
    /// When it was served, Unix ms.
    pub at_ms: i64,
    /// Which of the four pages.
    pub step: String,
    /// The version it showed.
    pub content_version_id: String,
    /// How long it was seen; 0 until its script tells, or without script.
    pub visible_ms: i64,
}

/// Newest first; `before` is the last id of the page before.
pub async fn of_journey(
    conn: &mut Conn,
    journey_id: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<PageView>> {
    let rows = conn.fetch_all(&OF_JOURNEY, args![journey_id, before, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(PageView {
                journey_id: row.get(0)?,
                id: row.get(1)?,
                at_ms: row.get(2)?,
                step: row.get(3)?,
                content_version_id: row.get(4)?,
                visible_ms: row.get(5)?,
            })
        })
        .collect()
}

/// Records views. One that is there stays as it is.
pub async fn insert(conn: &mut Conn, views: &[PageView]) -> Result<()> {
    let rows = views
        .iter()
        .map(|v| args![&v.journey_id, &v.id, v.at_ms, &v.step, &v.content_version_id, v.visible_ms]);
    conn.insert_many(&INSERT, rows.collect()).await?;
    Ok(())
}

/// Notes at `now_ms` that a view has been seen for so long, and no longer than it has been there. False when it is not
/// known, or was said to be seen as long before.
pub async fn seen(conn: &mut Conn, journey_id: &str, id: &str, visible_ms: i64, now_ms: i64) -> Result<bool> {
    Ok(conn.execute(&SEEN, args![journey_id, id, visible_ms, now_ms]).await? == 1)
}
