//! What people call things, by id: for reports that know only ids.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;
use std::collections::BTreeMap;

statements! {
    CONTENTS = "SELECT id, name FROM content WHERE id = ANY($1)";
    VERSIONS = "SELECT v.id, n.name, v.number FROM content_version v JOIN content n ON n.id = v.content_id \
                WHERE v.id = ANY($1)";
    HYPOTHESES = "SELECT id, statement FROM hypothesis WHERE id = ANY($1)";
    CLIENTS_OF = "SELECT j.id, c.name FROM journey j JOIN client c ON c.id = j.client_id WHERE j.id = ANY($1)";
}

/// Names of contents.
pub async fn contents(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, String>> {
    let rows = conn.fetch_all(&CONTENTS, args![ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// (content's name, number) of versions.
pub async fn versions(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, (String, i64)>> {
    let rows = conn.fetch_all(&VERSIONS, args![ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}

/// Statements of hypotheses.
pub async fn hypotheses(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, String>> {
    let rows = conn.fetch_all(&HYPOTHESES, args![ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Names of journeys' clients, by journey.
pub async fn clients_of(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, String>> {
    let rows = conn.fetch_all(&CLIENTS_OF, args![ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
