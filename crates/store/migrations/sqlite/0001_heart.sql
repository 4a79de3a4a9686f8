-- Times are Unix milliseconds, amounts are Stripe minor units, ids are text. JSON is kept as text.

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE client (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    company TEXT,
    attributes TEXT NOT NULL,
    stripe_customer_id TEXT,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX client_by_customer ON client (stripe_customer_id) WHERE stripe_customer_id IS NOT NULL;
CREATE INDEX client_by_email ON client (email);

CREATE TABLE content (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE hypothesis (
    id TEXT PRIMARY KEY,
    statement TEXT NOT NULL,
    category TEXT NOT NULL,
    predicted_probability DOUBLE PRECISION,
    predicted_days BIGINT,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE content_version (
    id TEXT PRIMARY KEY,
    content_id TEXT NOT NULL REFERENCES content (id),
    number BIGINT NOT NULL,
    parent_id TEXT,
    hypothesis_id TEXT NOT NULL REFERENCES hypothesis (id),
    activation TEXT NOT NULL,
    agreement TEXT NOT NULL,
    confirmation TEXT NOT NULL,
    processing TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    elements TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    UNIQUE (content_id, number)
);

-- `outcome` to `judgement` are what the ledger computed; `mark` and `pinned` (the override) are what people said.
CREATE TABLE journey (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id),
    token TEXT NOT NULL UNIQUE,
    content_version_id TEXT NOT NULL REFERENCES content_version (id),
    hypothesis_id TEXT NOT NULL REFERENCES hypothesis (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    livemode BOOLEAN NOT NULL,
    started_at_ms BIGINT NOT NULL,
    first_viewed_at_ms BIGINT,
    mark TEXT,
    pinned TEXT,
    history_count BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    outcome_source TEXT NOT NULL,
    derived_outcome TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    judgement TEXT NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
CREATE INDEX journey_by_client ON journey (client_id);
CREATE INDEX journey_by_outcome ON journey (outcome, id);
CREATE INDEX journey_by_payment_status ON journey (payment_status, id);

CREATE TABLE journey_version (
    journey_id TEXT NOT NULL REFERENCES journey (id),
    given_at_ms BIGINT NOT NULL,
    content_version_id TEXT NOT NULL,
    hypothesis_id TEXT NOT NULL,
    PRIMARY KEY (journey_id, given_at_ms)
);

CREATE TABLE history (
    journey_id TEXT NOT NULL REFERENCES journey (id),
    seq BIGINT NOT NULL,
    id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    from_outcome TEXT NOT NULL,
    to_outcome TEXT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT,
    actor TEXT,
    note TEXT NOT NULL,
    outranked BOOLEAN NOT NULL,
    PRIMARY KEY (journey_id, seq)
);

CREATE TABLE checkout (
    session_id TEXT PRIMARY KEY,
    journey_id TEXT NOT NULL REFERENCES journey (id),
    content_version_id TEXT NOT NULL,
    hypothesis_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    livemode BOOLEAN NOT NULL,
    opened_at_ms BIGINT NOT NULL
);
CREATE INDEX checkout_by_journey ON checkout (journey_id);

-- In the order of arrival; `body` never changes. `handled` (else ignored) and `attempts` tell how it ended,
-- once nothing waits for it. A thin event is not applied itself: the reading of its object is.
CREATE TABLE event (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    api_version TEXT,
    account TEXT,
    livemode BOOLEAN NOT NULL,
    created_at_ms BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    handled BOOLEAN NOT NULL,
    thin BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX event_by_received ON event (received_at_ms, id);

-- Events not yet applied. Stays small, so that coming and going costs little.
CREATE TABLE event_waiting (
    event_id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    due_at_ms BIGINT NOT NULL,
    last_error TEXT
) WITHOUT ROWID;
CREATE INDEX event_waiting_by_due ON event_waiting (due_at_ms, event_id);

-- One row per Stripe object that any event mentioned. `facts` is null while it was only mentioned.
-- `payment_id` is the root of the tree that `parent_id` makes.
CREATE TABLE snapshot (
    id TEXT PRIMARY KEY,
    parent_id TEXT,
    payment_id TEXT NOT NULL,
    facts TEXT
);
-- Most payments are known by their root alone.
CREATE INDEX snapshot_by_payment ON snapshot (payment_id) WHERE payment_id <> id;

CREATE TABLE payment (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    livemode BOOLEAN NOT NULL,
    is_money BOOLEAN NOT NULL,
    journey_id TEXT,
    matched_by TEXT,
    content_version_id TEXT,
    hypothesis_id TEXT,
    suggestions TEXT NOT NULL,
    facts TEXT NOT NULL
);
CREATE INDEX payment_by_journey ON payment (journey_id) WHERE journey_id IS NOT NULL;
CREATE INDEX payment_unmatched ON payment (id) WHERE journey_id IS NULL;

-- A person's link outlives a change of the payment's id (a charge that turns out to belong to an intent).
CREATE TABLE payment_link (
    object_id TEXT PRIMARY KEY,
    journey_id TEXT NOT NULL REFERENCES journey (id),
    actor TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);

-- What could still match a payment, or match it better: looked up when a journey, client or checkout arrives later.
CREATE TABLE payment_hint (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    PRIMARY KEY (kind, value, payment_id)
) WITHOUT ROWID;
