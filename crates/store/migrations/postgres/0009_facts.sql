-- What the statistics read of a journey, as plain columns: a million are read at start, and JSON would take most of it.

-- Of its judgement. `counted_currency` is that of the four sums.
ALTER TABLE journey ADD COLUMN counted_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE journey ADD COLUMN gross_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN lost_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN net_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN at_risk_minor BIGINT NOT NULL DEFAULT 0;
-- When it was paid, or a person closed it; null while it is open.
ALTER TABLE journey ADD COLUMN ended_at_ms BIGINT;
-- When the first of what went back did; null while nothing has.
ALTER TABLE journey ADD COLUMN returned_at_ms BIGINT;

-- How far its client came: 0 nothing, 1 to 4 the pages, 5 a checkout was opened. And how long they looked at each page
-- in the first 48 hours. Kept by whoever writes views and checkouts.
ALTER TABLE journey ADD COLUMN stage BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN activation_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN agreement_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN confirmation_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journey ADD COLUMN processing_ms BIGINT NOT NULL DEFAULT 0;

UPDATE journey SET
    counted_currency = judgement::json ->> 'currency',
    gross_minor = (judgement::json ->> 'gross_minor')::bigint,
    refunded_minor = (judgement::json ->> 'refunded_minor')::bigint,
    lost_minor = (judgement::json ->> 'lost_minor')::bigint,
    net_minor = (judgement::json ->> 'net_minor')::bigint,
    at_risk_minor = (judgement::json ->> 'at_risk_minor')::bigint,
    returned_at_ms = (judgement::json ->> 'returned_at_ms')::bigint,
    ended_at_ms = CASE
        WHEN outcome IN ('paid', 'refunded') THEN COALESCE((judgement::json ->> 'paid_at_ms')::bigint,
            (pinned::json ->> 'at_ms')::bigint, (mark::json ->> 'at_ms')::bigint)
        WHEN outcome = 'ghosted' AND outcome_source = 'override' THEN (pinned::json ->> 'at_ms')::bigint
        WHEN outcome = 'ghosted' AND mark::json ->> 'outcome' = 'ghosted' THEN (mark::json ->> 'at_ms')::bigint
    END;
UPDATE journey SET
    (activation_ms, agreement_ms, confirmation_ms, processing_ms, stage) = (
        SELECT COALESCE(sum(seen_ms) FILTER (WHERE step = 'activation'), 0),
            COALESCE(sum(seen_ms) FILTER (WHERE step = 'agreement'), 0),
            COALESCE(sum(seen_ms) FILTER (WHERE step = 'confirmation'), 0),
            COALESCE(sum(seen_ms) FILTER (WHERE step = 'processing'), 0),
            COALESCE(max(CASE step WHEN 'activation' THEN 1 WHEN 'agreement' THEN 2 WHEN 'confirmation' THEN 3
                WHEN 'processing' THEN 4 ELSE 0 END), 0)
        FROM (SELECT step, CASE
                WHEN at_ms < started_at_ms OR at_ms >= started_at_ms + 172800000 THEN 0
                WHEN visible_ms > started_at_ms + 172800000 - at_ms THEN started_at_ms + 172800000 - at_ms
                ELSE visible_ms END AS seen_ms
            FROM page_view WHERE page_view.journey_id = journey.id) AS v);
UPDATE journey SET stage = 5 WHERE id IN (SELECT journey_id FROM checkout);
