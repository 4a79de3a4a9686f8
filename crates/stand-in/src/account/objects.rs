//! The account's tables, and which object lives in which.

use crate::event::{Event, Thing};
use crate::model::{Charge, Customer, Dispute, Intent, Refund, Session};
use crate::table::{Row, Table};
use std::sync::Arc;

/// All objects.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) sessions: Table<Session>,
    pub(crate) intents: Table<Intent>,
    pub(crate) charges: Table<Charge>,
    pub(crate) refunds: Table<Refund>,
    pub(crate) disputes: Table<Dispute>,
    pub(crate) customers: Table<Customer>,
    pub(crate) events: Table<Event>,
}

/// An object that events can be about.
pub(crate) trait Kept: Row {
    fn table(tables: &Tables) -> &Table<Self>;
    fn table_mut(tables: &mut Tables) -> &mut Table<Self>;
    fn thing(row: Arc<Self>) -> Thing;
}

macro_rules! kept {
    ($($name:ident in $table:ident),+ $(,)?) => {
        $(impl Kept for $name {
            fn table(tables: &Tables) -> &Table<Self> {
                &tables.$table
            }
            fn table_mut(tables: &mut Tables) -> &mut Table<Self> {
                &mut tables.$table
            }
            fn thing(row: Arc<Self>) -> Thing {
                Thing::$name(row)
            }
        })+
    };
}
kept! {
    Session in sessions,
    Intent in intents,
    Charge in charges,
    Refund in refunds,
    Dispute in disputes,
    Customer in customers,
}
