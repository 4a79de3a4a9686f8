-- What the ledger of payments is ordered and filtered by, taken from `facts`. `at_ms` is when it was paid, else when it
-- happened; the others are empty where no object told.
ALTER TABLE payment ADD COLUMN at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE payment ADD COLUMN method TEXT NOT NULL DEFAULT '';
UPDATE payment SET at_ms = COALESCE(json_extract(facts, '$.paid_at_ms'), json_extract(facts, '$.happened_at_s') * 1000),
    currency = COALESCE(json_extract(facts, '$.currency'), ''), method = COALESCE(json_extract(facts, '$.method'), '');
-- The columns after `id` are there so that a filter is answered without a look at the rows it leaves out.
CREATE INDEX payment_by_time ON payment (livemode, at_ms, id, status, currency, method) WHERE is_money;
DROP INDEX payment_unmatched;
CREATE INDEX payment_unmatched ON payment (livemode, at_ms, id)
    WHERE journey_id IS NULL AND is_money AND status <> 'none';

-- Sums of payments by day (of `at_ms`, UTC), kept as they change: a total over a million must not be a walk over them.
CREATE TABLE payment_total (
    livemode BOOLEAN NOT NULL,
    day BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    method TEXT NOT NULL,
    matched BOOLEAN NOT NULL,
    payments BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    lost_minor BIGINT NOT NULL,
    at_risk_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    PRIMARY KEY (livemode, day, currency, status, method, matched)
) WITHOUT ROWID;
INSERT INTO payment_total (livemode, day, currency, status, method, matched, payments, gross_minor, refunded_minor,
    lost_minor, at_risk_minor, net_minor)
SELECT livemode, at_ms / 86400000, currency, status, method, journey_id IS NOT NULL, count(*),
    sum(min(json_extract(facts, '$.gross_minor'), 1000000000000)),
    sum(min(json_extract(facts, '$.refunded_minor'), 1000000000000)),
    sum(min(json_extract(facts, '$.lost_minor'), 1000000000000)),
    sum(min(json_extract(facts, '$.at_risk_minor'), 1000000000000)),
    sum(min(json_extract(facts, '$.net_minor'), 1000000000000))
FROM payment WHERE is_money GROUP BY 1, 2, 3, 4, 5, 6;

CREATE INDEX event_by_type ON event (type, received_at_ms, id);

-- Events that a person put aside: their status is `ignored` until somebody replays them.
CREATE TABLE event_put_aside (
    event_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    last_error TEXT
) WITHOUT ROWID;

-- Many events replayed at once, so that it can be seen what became of them. `event_ids` is a JSON list.
CREATE TABLE event_replay (
    id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    event_ids TEXT NOT NULL
);
