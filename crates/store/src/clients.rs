//! Clients: who should pay.

use crate::args::{Value, args};
use crate::client_search;
use crate::db::Conn;
use crate::entries;
use crate::error::Result;
use crate::row::{Row, to_json};
use crate::sql::statements;
use std::collections::{BTreeMap, BTreeSet};

statements! {
    BY_IDS = "SELECT id, name, email, company, attributes, stripe_customer_id, created_at_ms \
              FROM client WHERE id = ANY($1)";
    BY_CUSTOMERS = "SELECT id, name, email, company, attributes, stripe_customer_id, created_at_ms \
                    FROM client WHERE stripe_customer_id = ANY($1)";
    BY_EMAILS = "SELECT id, name, email, company, attributes, stripe_customer_id, created_at_ms \
                 FROM client WHERE email = ANY($1) ORDER BY id LIMIT 200";
    LIST = "SELECT id, name, email, company, attributes, stripe_customer_id, created_at_ms FROM client \
            WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2";
    SEARCH = "SELECT id, name, email, company, attributes, stripe_customer_id, created_at_ms FROM client \
              WHERE id = ANY($1) ORDER BY id DESC LIMIT $2";
    SET_CUSTOMER = "UPDATE client SET stripe_customer_id = $1 WHERE id = $2";
    KNOWN_EMAILS = "SELECT DISTINCT email FROM client WHERE email = ANY($1)";
    @many INSERT = "client" (id: Text, name: Text, email: Text, company: Text, attributes: Text,
                            stripe_customer_id: Text, created_at_ms: Int, words: Text) "";
}

/// One client.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredClient {
    /// `cli_…`
    pub id: String,
    /// A person or company.
    pub name: String,
    /// Lowercase.
    pub email: String,
    /// Where they work.
    pub company: Option<String>,
    /// Free key=value pairs, used as segments.
    pub attributes: BTreeMap<String, String>,
    /// `cus_…`
    pub stripe_customer_id: Option<String>,
    /// Unix ms.
    pub created_at_ms: i64,
}

fn stored(row: &Row) -> Result<StoredClient> {
    Ok(StoredClient {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        company: row.get(3)?,
        attributes: row.json(4, "client")?,
        stripe_customer_id: row.get(5)?,
        created_at_ms: row.get(6)?,
    })
}

/// Writes a new client.
pub async fn insert(conn: &mut Conn, c: &StoredClient) -> Result<()> {
    insert_all(conn, std::slice::from_ref(c)).await
}

/// Writes new clients.
pub async fn insert_all(conn: &mut Conn, clients: &[StoredClient]) -> Result<()> {
    let rows = clients.iter().map(values).collect::<Result<Vec<_>>>()?;
    conn.insert_many(&INSERT, rows).await?;
    entries::word(conn, clients).await
}

fn values(c: &StoredClient) -> Result<Vec<Value>> {
    let attributes = to_json(&c.attributes)?;
    Ok(args![
        &c.id,
        &c.name,
        &c.email,
        &c.company,
        attributes,
        &c.stripe_customer_id,
        c.created_at_ms,
        entries::line(c)
    ])
}

/// Those of these addresses that a client has.
pub async fn known_emails(conn: &mut Conn, emails: Vec<String>) -> Result<BTreeSet<String>> {
    conn.fetch_all(&KNOWN_EMAILS, args![emails]).await?.iter().map(|row| row.get(0)).collect()
}

/// These clients.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredClient>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(stored).collect()
}

/// One client.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<StoredClient>> {
    Ok(by_ids(conn, vec![id.to_owned()]).await?.pop())
}

/// Clients with one of these Stripe customers.
pub async fn by_customers(conn: &mut Conn, customers: Vec<String>) -> Result<Vec<StoredClient>> {
    conn.fetch_all(&BY_CUSTOMERS, args![customers]).await?.iter().map(stored).collect()
}

/// Clients with one of these addresses.
pub async fn by_emails(conn: &mut Conn, emails: Vec<String>) -> Result<Vec<StoredClient>> {
    conn.fetch_all(&BY_EMAILS, args![emails]).await?.iter().map(stored).collect()
}

/// Newest first; `after` is the last id of the page before.
pub async fn list(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<StoredClient>> {
    conn.fetch_all(&LIST, args![after, limit]).await?.iter().map(stored).collect()
}

/// Clients whose name, address or company has words that begin with those of `text`, newest first.
pub async fn search(conn: &mut Conn, text: &str, limit: i64) -> Result<Vec<StoredClient>> {
    let ids = client_search::find(conn, text).await?.ids;
    conn.fetch_all(&SEARCH, args![ids, limit]).await?.iter().map(stored).collect()
}

/// Names the client's Stripe customer. False when there is no such client.
pub async fn set_customer(conn: &mut Conn, id: &str, customer: Option<&str>) -> Result<bool> {
    Ok(conn.execute(&SET_CUSTOMER, args![customer, id]).await? == 1)
}
