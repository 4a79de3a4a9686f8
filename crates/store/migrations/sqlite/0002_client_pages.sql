-- What clients see and do, and what is one client's own.

-- The journey whose own copy this version is; no other journey is ever given it. Null for what many may share.
ALTER TABLE content_version ADD COLUMN journey_id TEXT;

-- A link that a person withdrew. Restored: the row is gone.
CREATE TABLE journey_withdrawal (
    journey_id TEXT PRIMARY KEY REFERENCES journey (id),
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL
);

-- Each time the client accepted an agreement. `text_sha256` is of the Markdown they were shown, in hex.
CREATE TABLE agreement (
    journey_id TEXT NOT NULL REFERENCES journey (id),
    at_ms BIGINT NOT NULL,
    content_version_id TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    PRIMARY KEY (journey_id, at_ms)
);

-- A page that was served to the client. `visible_ms` is how long it was seen, as far as its script told.
CREATE TABLE page_view (
    journey_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    step TEXT NOT NULL,
    content_version_id TEXT NOT NULL,
    visible_ms BIGINT NOT NULL,
    PRIMARY KEY (journey_id, id)
);
