-- What people changed, and programs on their behalf. Rows are only added; `detail` is JSON.
CREATE TABLE audit (
    id TEXT COLLATE "C" PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    object_id TEXT COLLATE "C",
    detail TEXT NOT NULL
);
