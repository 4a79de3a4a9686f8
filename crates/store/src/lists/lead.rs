//! What leads to the journeys of a list: few known ones, or a walk along an index.

use super::sql::{self, Walk};
use super::{Ask, JourneyFilter, is_id};
use crate::args::{Value, args};
use crate::client_search;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::{Sql, statements};

/// Journeys that are gathered rather than walked past; clients likewise.
const FEW: i64 = 1000;

statements! {
    FEW_OUTCOME = "SELECT journey_id FROM journey_entry WHERE livemode = $1 AND outcome = $2 LIMIT $3";
    FEW_STATUS = "SELECT journey_id FROM journey_entry WHERE livemode = $1 AND payment_status = $2 LIMIT $3";
    FEW_CONTENT = "SELECT journey_id FROM journey_entry WHERE livemode = $1 AND content_id = $2 LIMIT $3";
    FEW_CATEGORY = "SELECT journey_id FROM journey_entry WHERE livemode = $1 AND category = $2 LIMIT $3";
    FEW_SEGMENT = "SELECT journey_id FROM journey_segment WHERE livemode = $1 AND pair = $2 LIMIT $3";
    FEW_STARTED = "SELECT journey_id FROM journey_entry WHERE livemode = $1 AND started_at_ms >= $2 \
                   AND started_at_ms <= $3 LIMIT $4";
    OF_CLIENTS = "SELECT id FROM journey WHERE client_id = ANY($1) LIMIT $2";
}

/// What leads.
pub(super) enum Lead {
    /// These are all that can fit.
    Few(Vec<String>),
    /// Along this walk, by this value.
    Walk(&'static Walk, Option<String>),
}

/// An index that one filter can lead along.
struct Filtered {
    few: &'static Sql,
    walk: &'static Walk,
    value: String,
}

/// Those of the filters that are set, the usually rarer ones first.
fn filtered(filter: &JourneyFilter) -> Vec<Filtered> {
    let all = [
        (&FEW_SEGMENT, &sql::BY_SEGMENT, filter.pair()),
        (&FEW_CONTENT, &sql::BY_CONTENT, filter.content_id.clone()),
        (&FEW_CATEGORY, &sql::BY_CATEGORY, filter.category.clone()),
        (&FEW_STATUS, &sql::BY_STATUS, filter.payment_status.clone()),
        (&FEW_OUTCOME, &sql::BY_OUTCOME, filter.outcome.clone()),
    ];
    all.into_iter().filter_map(|(few, walk, value)| Some(Filtered { few, walk, value: value? })).collect()
}

/// Looks for a filter that few journeys pass, before it settles for a walk.
pub(super) async fn choose(conn: &mut Conn, ask: &Ask<'_>, livemode: bool) -> Result<Lead> {
    let filter = ask.filter;
    if let Some(q) = &filter.q
        && let Some(ids) = searched(conn, ask, q).await?
    {
        return Ok(Lead::Few(ids));
    }
    let set = filtered(filter);
    // Alone and in its own order, a filter's index gives exactly the page.
    let is_alone = set.len() == 1 && filter.q.is_none() && ask.sort.is_by_start();
    if !is_alone {
        for one in &set {
            if let Some(ids) = few(conn, one.few, args![livemode, &one.value, FEW + 1]).await? {
                return Ok(Lead::Few(ids));
            }
        }
        let (first_ms, last_ms) = filter.range();
        if !ask.sort.is_by_start()
            && (first_ms, last_ms) != (i64::MIN, i64::MAX)
            && let Some(ids) = few(conn, &FEW_STARTED, args![livemode, first_ms, last_ms, FEW + 1]).await?
        {
            return Ok(Lead::Few(ids));
        }
    }
    let along = set.into_iter().next().filter(|_| ask.sort.is_by_start());
    Ok(along.map_or(Lead::Walk(ask.sort.walk(), None), |one| Lead::Walk(one.walk, Some(one.value))))
}

/// All ids that a statement gives, unless there are more than few.
async fn few(conn: &mut Conn, sql: &Sql, args: Vec<Value>) -> Result<Option<Vec<String>>> {
    let rows = conn.fetch_all(sql, args).await?;
    if i64::try_from(rows.len()).is_ok_and(|count| count > FEW) {
        return Ok(None);
    }
    rows.iter().map(|row| row.get(0)).collect::<Result<_>>().map(Some)
}

/// The journeys that a search can find, when its rarest word leads to few.
async fn searched(conn: &mut Conn, ask: &Ask<'_>, q: &str) -> Result<Option<Vec<String>>> {
    if is_id(q) {
        return Ok(Some(vec![q.to_owned()]));
    }
    if ask.words.is_empty() {
        return Ok(Some(Vec::new()));
    }
    // Words of one letter are not kept: they begin too many.
    for word in ask.words.iter().filter(|word| word.chars().count() > 1) {
        let clients = client_search::of_word(conn, word, FEW + 1).await?;
        if i64::try_from(clients.len()).is_ok_and(|count| count <= FEW)
            && let Some(ids) = few(conn, &OF_CLIENTS, args![clients, FEW + 1]).await?
        {
            return Ok(Some(ids));
        }
    }
    Ok(None)
}
