-- What the seller makes of a journey. `revision` counts the saves; `analysis_revision` and `learning_revision` are
-- those that changed each part, so that two people at work on different parts do not meet.
CREATE TABLE review (
    journey_id TEXT COLLATE "C" PRIMARY KEY REFERENCES journey (id),
    revision BIGINT NOT NULL,
    analysis_revision BIGINT NOT NULL,
    learning_revision BIGINT NOT NULL,
    texts TEXT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- What people note on a journey. `tags` is a JSON list.
CREATE TABLE note (
    journey_id TEXT COLLATE "C" NOT NULL REFERENCES journey (id),
    id TEXT COLLATE "C" NOT NULL,
    at_ms BIGINT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    tags TEXT NOT NULL,
    priority TEXT NOT NULL,
    revision BIGINT NOT NULL,
    edited_at_ms BIGINT,
    edited_by TEXT,
    PRIMARY KEY (journey_id, id)
);

-- How many journeys were given which version.
CREATE INDEX journey_by_version ON journey (content_version_id);
