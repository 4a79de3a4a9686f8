//! The record of what people change: one row in the transaction of each change, so that neither is there without the
//! other. Never holds a secret.

use crate::api::access::Principal;
use crate::apply::Context;
use crate::ids::IdKind;
use serde_json::Value;
use store::audit::Entry;
use store::{Conn, Result, audit};

/// Notes that `who` did `action` (`journey.mark`) to `object_id`. `detail` says what cannot be seen from these.
pub async fn record(
    conn: &mut Conn,
    context: &Context,
    who: &Principal,
    action: &str,
    object_id: Option<&str>,
    detail: Value,
) -> Result<()> {
    let entry = Entry {
        id: context.ids.make(IdKind::Audit),
        at_ms: context.clock.now_ms(),
        actor: who.name.clone(),
        actor_id: who.id.clone(),
        action: action.to_owned(),
        object_id: object_id.map(str::to_owned),
        detail: detail.to_string(),
    };
    audit::insert(conn, &entry).await
}
