//! The statements of [`super`]: static text put together from pieces when the program is compiled, since an order, its
//! reverse and each filter that leads the way differ in a few words only.
//!
//! Arguments, everywhere: $1 livemode, $2 what leads (a value, or ids), $3 and $4 the first and last start, $5 and $6 the
//! key to go on from, $7 outcome, $8 payment status, $9 content, $10 category, $11 segment, $12 to $15 words as ` word%`,
//! $16 rows wanted, $17 currency of the key (by price only).

use crate::sql::Sql;

/// What every statement gives: id and all that can be part of a key.
macro_rules! columns {
    ("s") => {
        "s.journey_id, s.started_at_ms, s.changed_at_ms, s.currency, s.amount_minor"
    };
    ("e") => {
        "e.journey_id, e.started_at_ms, e.changed_at_ms, e.currency, e.amount_minor"
    };
}

/// All that the filters look at besides.
macro_rules! filtered {
    () => {
        "e.livemode, e.outcome, e.payment_status, e.content_id, e.category, e.words"
    };
}

/// What every row that is given must be like, whatever led to it.
macro_rules! fits {
    () => {
        "s.started_at_ms >= $3 AND s.started_at_ms <= $4 \
         AND (CAST($7 AS TEXT) IS NULL OR s.outcome = $7) AND (CAST($8 AS TEXT) IS NULL OR s.payment_status = $8) \
         AND (CAST($9 AS TEXT) IS NULL OR s.content_id = $9) AND (CAST($10 AS TEXT) IS NULL OR s.category = $10) \
         AND (CAST($11 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM journey_segment g WHERE g.livemode = s.livemode \
         AND g.pair = $11 AND g.started_at_ms = s.started_at_ms AND g.journey_id = s.journey_id)) \
         AND (CAST($12 AS TEXT) IS NULL OR s.words LIKE $12) AND (CAST($13 AS TEXT) IS NULL OR s.words LIKE $13) \
         AND (CAST($14 AS TEXT) IS NULL OR s.words LIKE $14) AND (CAST($15 AS TEXT) IS NULL OR s.words LIKE $15)"
    };
}

/// Rows that a walk looks at before it gives up for now: `super::SCAN_ROWS`.
macro_rules! scan {
    () => {
        "2000"
    };
}

/// Walks along one index, within the range of starts, and keeps what fits. The place itself is the range's end; among
/// journeys of one moment the sum, which no index has, leaves the choice of the index to what leads. The rows come as the
/// walk finds them: in order, and no more of them than are wanted.
macro_rules! walk {
    ($from:literal, $lead:literal, $at:literal, $sign:literal, $direction:literal) => {
        concat!(
            "SELECT ",
            columns!("s"),
            " FROM (SELECT ",
            columns!("e"),
            ", ",
            filtered!(),
            along!($from, $lead, $at, $sign, $direction),
            " LIMIT ",
            scan!(),
            ") s WHERE ",
            fits!(),
            " LIMIT $16"
        )
    };
}

/// The last row that such a walk looks at; none when it came to the end.
macro_rules! walked {
    ($from:literal, $lead:literal, $at:literal, $sign:literal, $direction:literal) => {
        concat!(
            "SELECT ",
            columns!("e"),
            along!($from, $lead, $at, $sign, $direction),
            " LIMIT 1 OFFSET ",
            scan!(),
            " - 1"
        )
    };
}

/// The way of both.
macro_rules! along {
    ($from:literal, $lead:literal, $at:literal, $sign:literal, $direction:literal) => {
        concat!(
            " FROM ",
            $from,
            " WHERE ",
            $lead,
            " AND ",
            $at,
            ".started_at_ms >= $3 AND ",
            $at,
            ".started_at_ms <= $4 AND (",
            $at,
            ".started_at_ms + 0, ",
            $at,
            ".journey_id) ",
            $sign,
            " ($5, $6) ORDER BY ",
            $at,
            ".started_at_ms ",
            $direction,
            ", ",
            $at,
            ".journey_id ",
            $direction
        )
    };
}

/// Likewise by another key than the start.
macro_rules! walk_by {
    ($key:literal, $given:literal, $sign:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!("s"),
            " FROM (SELECT ",
            columns!("e"),
            ", ",
            filtered!(),
            " FROM journey_entry e WHERE e.livemode = $1 AND CAST($2 AS TEXT) IS NULL AND (",
            $key,
            ") ",
            $sign,
            " (",
            $given,
            ") ORDER BY ",
            $order,
            " LIMIT ",
            scan!(),
            ") s WHERE ",
            fits!(),
            " LIMIT $16"
        )
    };
}

macro_rules! walked_by {
    ($key:literal, $given:literal, $sign:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!("e"),
            " FROM journey_entry e WHERE e.livemode = $1 AND CAST($2 AS TEXT) IS NULL \
             AND CAST($3 AS BIGINT) <= CAST($4 AS BIGINT) AND (",
            $key,
            ") ",
            $sign,
            " (",
            $given,
            ") ORDER BY ",
            $order,
            " LIMIT 1 OFFSET ",
            scan!(),
            " - 1"
        )
    };
}

/// Of few known journeys those that fit, in order. The inner limit keeps planners from walking along the order instead.
macro_rules! gather {
    ($key:literal, $given:literal, $sign:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!("s"),
            " FROM (SELECT ",
            columns!("e"),
            ", ",
            filtered!(),
            " FROM journey_entry e WHERE e.journey_id = ANY($2) LIMIT ",
            scan!(),
            ") s WHERE s.livemode = $1 AND (",
            $key,
            ") ",
            $sign,
            " (",
            $given,
            ") AND ",
            fits!(),
            " ORDER BY ",
            $order,
            " LIMIT $16"
        )
    };
}

/// Both directions of a walk, newest first, and where each ended.
pub(super) struct Walk {
    pub(super) rows: [Sql; 2],
    pub(super) end: [Sql; 2],
}

macro_rules! walks {
    ($($name:ident $text:literal: $from:literal, $lead:literal, $at:literal;)+) => {
        $(pub(super) static $name: Walk = Walk {
            rows: [
                Sql::new(concat!($text, "_DOWN"), walk!($from, $lead, $at, "<", "DESC")),
                Sql::new(concat!($text, "_UP"), walk!($from, $lead, $at, ">", "ASC")),
            ],
            end: [
                Sql::new(concat!($text, "_DOWN_END"), walked!($from, $lead, $at, "<", "DESC")),
                Sql::new(concat!($text, "_UP_END"), walked!($from, $lead, $at, ">", "ASC")),
            ],
        };)+
    };
}

walks! {
    ALL_STARTED "WALK_ALL": "journey_entry e", "e.livemode = $1 AND CAST($2 AS TEXT) IS NULL", "e";
    BY_OUTCOME "WALK_OUTCOME": "journey_entry e", "e.livemode = $1 AND e.outcome = $2", "e";
    BY_STATUS "WALK_STATUS": "journey_entry e", "e.livemode = $1 AND e.payment_status = $2", "e";
    BY_CONTENT "WALK_CONTENT": "journey_entry e", "e.livemode = $1 AND e.content_id = $2", "e";
    BY_CATEGORY "WALK_CATEGORY": "journey_entry e", "e.livemode = $1 AND e.category = $2", "e";
    BY_SEGMENT "WALK_SEGMENT": "journey_segment g JOIN journey_entry e ON e.journey_id = g.journey_id",
        "g.livemode = $1 AND g.pair = $2", "g";
}

pub(super) static BY_CHANGE: Walk = Walk {
    rows: [
        Sql::new(
            "WALK_CHANGE_DOWN",
            walk_by!(
                "e.changed_at_ms, e.journey_id",
                "$5, $6",
                "<",
                "e.changed_at_ms DESC, e.journey_id DESC"
            ),
        ),
        Sql::new(
            "WALK_CHANGE_UP",
            walk_by!("e.changed_at_ms, e.journey_id", "$5, $6", ">", "e.changed_at_ms ASC, e.journey_id ASC"),
        ),
    ],
    end: [
        Sql::new(
            "WALK_CHANGE_DOWN_END",
            walked_by!(
                "e.changed_at_ms, e.journey_id",
                "$5, $6",
                "<",
                "e.changed_at_ms DESC, e.journey_id DESC"
            ),
        ),
        Sql::new(
            "WALK_CHANGE_UP_END",
            walked_by!(
                "e.changed_at_ms, e.journey_id",
                "$5, $6",
                ">",
                "e.changed_at_ms ASC, e.journey_id ASC"
            ),
        ),
    ],
};

pub(super) static BY_PRICE: Walk = Walk {
    rows: [
        Sql::new(
            "WALK_PRICE_DOWN",
            walk_by!(
                "e.currency, e.amount_minor, e.journey_id",
                "$17, $5, $6",
                "<",
                "e.currency DESC, e.amount_minor DESC, e.journey_id DESC"
            ),
        ),
        Sql::new(
            "WALK_PRICE_UP",
            walk_by!(
                "e.currency, e.amount_minor, e.journey_id",
                "$17, $5, $6",
                ">",
                "e.currency ASC, e.amount_minor ASC, e.journey_id ASC"
            ),
        ),
    ],
    end: [
        Sql::new(
            "WALK_PRICE_DOWN_END",
            walked_by!(
                "e.currency, e.amount_minor, e.journey_id",
                "$7, $5, $6",
                "<",
                "e.currency DESC, e.amount_minor DESC, e.journey_id DESC"
            ),
        ),
        Sql::new(
            "WALK_PRICE_UP_END",
            walked_by!(
                "e.currency, e.amount_minor, e.journey_id",
                "$7, $5, $6",
                ">",
                "e.currency ASC, e.amount_minor ASC, e.journey_id ASC"
            ),
        ),
    ],
};

pub(super) static GATHER_STARTED: [Sql; 2] = [
    Sql::new(
        "GATHER_STARTED_DOWN",
        gather!("s.started_at_ms, s.journey_id", "$5, $6", "<", "s.started_at_ms DESC, s.journey_id DESC"),
    ),
    Sql::new(
        "GATHER_STARTED_UP",
        gather!("s.started_at_ms, s.journey_id", "$5, $6", ">", "s.started_at_ms ASC, s.journey_id ASC"),
    ),
];
pub(super) static GATHER_CHANGED: [Sql; 2] = [
    Sql::new(
        "GATHER_CHANGED_DOWN",
        gather!("s.changed_at_ms, s.journey_id", "$5, $6", "<", "s.changed_at_ms DESC, s.journey_id DESC"),
    ),
    Sql::new(
        "GATHER_CHANGED_UP",
        gather!("s.changed_at_ms, s.journey_id", "$5, $6", ">", "s.changed_at_ms ASC, s.journey_id ASC"),
    ),
];
pub(super) static GATHER_PRICED: [Sql; 2] = [
    Sql::new(
        "GATHER_PRICED_DOWN",
        gather!(
            "s.currency, s.amount_minor, s.journey_id",
            "$17, $5, $6",
            "<",
            "s.currency DESC, s.amount_minor DESC, s.journey_id DESC"
        ),
    ),
    Sql::new(
        "GATHER_PRICED_UP",
        gather!(
            "s.currency, s.amount_minor, s.journey_id",
            "$17, $5, $6",
            ">",
            "s.currency ASC, s.amount_minor ASC, s.journey_id ASC"
        ),
    ),
];

/// All of the above.
pub(crate) static WALKS: &[&[Sql; 2]] = &[
    &ALL_STARTED.rows,
    &ALL_STARTED.end,
    &BY_OUTCOME.rows,
    &BY_OUTCOME.end,
    &BY_STATUS.rows,
    &BY_STATUS.end,
    &BY_CONTENT.rows,
    &BY_CONTENT.end,
    &BY_CATEGORY.rows,
    &BY_CATEGORY.end,
    &BY_SEGMENT.rows,
    &BY_SEGMENT.end,
    &BY_CHANGE.rows,
    &BY_CHANGE.end,
    &BY_PRICE.rows,
    &BY_PRICE.end,
    &GATHER_STARTED,
    &GATHER_CHANGED,
    &GATHER_PRICED,
];
