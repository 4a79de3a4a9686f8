-- What lists are made from, so that each answers as fast with a million journeys as with ten.

-- One narrow row per journey with all that a list filters or sorts by. Those of its columns that change are written in the
-- transaction that changes them in `journey`. `words` is the client's, each behind a blank.
CREATE TABLE journey_entry (
    journey_id TEXT PRIMARY KEY,
    livemode BOOLEAN NOT NULL,
    started_at_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    content_id TEXT NOT NULL,
    category TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    words TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX journey_entry_by_start ON journey_entry (livemode, started_at_ms, journey_id);
CREATE INDEX journey_entry_by_outcome ON journey_entry (livemode, outcome, started_at_ms, journey_id);
CREATE INDEX journey_entry_by_status ON journey_entry (livemode, payment_status, started_at_ms, journey_id);
CREATE INDEX journey_entry_by_content ON journey_entry (livemode, content_id, started_at_ms, journey_id);
CREATE INDEX journey_entry_by_category ON journey_entry (livemode, category, started_at_ms, journey_id);
CREATE INDEX journey_entry_by_price ON journey_entry (livemode, currency, amount_minor, journey_id);
CREATE INDEX journey_entry_by_change ON journey_entry (livemode, changed_at_ms, journey_id);
DROP INDEX journey_by_outcome;
DROP INDEX journey_by_payment_status;

-- The client's attributes, as `key=value`, for each of their journeys.
CREATE TABLE journey_segment (
    livemode BOOLEAN NOT NULL,
    pair TEXT NOT NULL,
    started_at_ms BIGINT NOT NULL,
    journey_id TEXT NOT NULL,
    PRIMARY KEY (livemode, pair, started_at_ms, journey_id)
) WITHOUT ROWID;

-- The words of a client's name, address and company: what a search finds by how it begins.
CREATE TABLE client_word (
    word TEXT NOT NULL,
    client_id TEXT NOT NULL,
    PRIMARY KEY (word, client_id)
) WITHOUT ROWID;
ALTER TABLE client ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- Sums over all journeys, kept with each change of one: (state, `outcome/payment_status`) how many;
-- (net, `day/currency`) minor units by the day they were paid on; (paid_after, bucket) how many took about so long.
CREATE TABLE journey_tally (
    livemode BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (livemode, name, key)
) WITHOUT ROWID;

-- Filters and order of a list under a name. Without an owner it is everybody's.
CREATE TABLE saved_view (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT,
    query TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

-- Many journeys marked at once, and for each the mark it had before and the one it was given: what undoing needs.
CREATE TABLE bulk_mark (
    id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    outcome TEXT NOT NULL,
    undone_at_ms BIGINT
);
CREATE TABLE bulk_mark_journey (
    bulk_mark_id TEXT NOT NULL REFERENCES bulk_mark (id),
    journey_id TEXT NOT NULL,
    before_mark TEXT,
    given_mark TEXT NOT NULL,
    PRIMARY KEY (bulk_mark_id, journey_id)
) WITHOUT ROWID;

-- What SQLite takes into account when it chooses an index: how many rows there are, and how many share the first column,
-- the first two, and so on. Without, it walks all of a mode for a rare status. As of a million journeys; `ANALYZE` may
-- replace it.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('journey_entry', 'journey_entry', '1000000 1'),
    ('journey_entry', 'journey_entry_by_start', '1000000 500000 2 1'),
    ('journey_entry', 'journey_entry_by_outcome', '1000000 500000 100000 2 1'),
    ('journey_entry', 'journey_entry_by_status', '1000000 500000 60000 2 1'),
    ('journey_entry', 'journey_entry_by_content', '1000000 500000 20000 2 1'),
    ('journey_entry', 'journey_entry_by_category', '1000000 500000 60000 2 1'),
    ('journey_entry', 'journey_entry_by_price', '1000000 500000 200000 1000 1'),
    ('journey_entry', 'journey_entry_by_change', '1000000 500000 2 1'),
    ('journey_segment', 'journey_segment', '2000000 1000000 50000 2 1');
ANALYZE sqlite_schema;
