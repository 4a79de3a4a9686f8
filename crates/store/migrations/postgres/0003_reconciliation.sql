-- What was asked of Stripe to open a checkout, written before it is asked: whoever comes after a crash, or at the same
-- moment on another node, asks the same again under the same idempotency key. `params` is the request to the byte.
-- At most one attempt of a journey, its newest, is not closed.
CREATE TABLE checkout_attempt (
    journey_id TEXT COLLATE "C" NOT NULL REFERENCES journey (id),
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
