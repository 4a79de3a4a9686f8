-- What was asked of Stripe to open a checkout, written before it is asked: whoever comes after a crash, or at the same
-- moment on another node, asks the same again under the same idempotency key. `params` is the request to the byte.
-- At most one attempt of a journey, its newest, is not closed.
CREATE TABLE checkout_attempt (
    journey_id TEXT NOT NULL REFERENCES journey (id),
    number BIGINT NOT NULL,
    content_version_id TEXT NOT NULL,
    hypothesis_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    params TEXT NOT NULL,
    started_at_ms BIGINT NOT NULL,
    session_id TEXT,
    closed BOOLEAN NOT NULL,
    PRIMARY KEY (journey_id, number)
);

-- Who alone may do something for now, on any node.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until_ms BIGINT NOT NULL
);

-- One comparison of the books with Stripe. `progress` is how far it has come and what it found, so that it can go on
-- after a crash; `since_s` is null for everything.
CREATE TABLE reconciliation (
    id TEXT PRIMARY KEY,
    livemode BOOLEAN NOT NULL,
    since_s BIGINT,
    started_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT,
    progress TEXT NOT NULL
);

CREATE TABLE reconciliation_difference (
    reconciliation_id TEXT NOT NULL REFERENCES reconciliation (id),
    object_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT,
    what TEXT NOT NULL,
    stripe TEXT,
    ours TEXT,
    PRIMARY KEY (reconciliation_id, object_id)
);

-- Objects that Stripe listed in a comparison under way.
CREATE TABLE reconciliation_seen (
    reconciliation_id TEXT NOT NULL,
    object_id TEXT NOT NULL,
    PRIMARY KEY (reconciliation_id, object_id)
);

-- Events that no webhook brought in time.
CREATE TABLE event_taken_in (
    event_id TEXT PRIMARY KEY
);
