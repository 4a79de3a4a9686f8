-- What people changed, and programs on their behalf. Rows are only added; `detail` is JSON.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object_id TEXT,
    detail TEXT NOT NULL
);
