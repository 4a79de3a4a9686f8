-- Who may sign in, and how. Secrets are stored as hashes alone: passwords as Argon2id (PHC text), all others, which are
-- random, as SHA-256 in hex.

-- Never deleted: the audit log names them. `password_hash` is null until an invitation is taken up.
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT,
    active BOOLEAN NOT NULL,
    created_at_ms BIGINT NOT NULL
);

-- A link with which a person chooses a password, once.
CREATE TABLE invitation (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    hash TEXT NOT NULL UNIQUE,
    until_ms BIGINT NOT NULL
);

-- A browser that is signed in. Signed out: the row is gone.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (id),
    created_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    address TEXT,
    agent TEXT
);
CREATE INDEX session_by_person ON session (person_id, id);
CREATE INDEX session_by_created ON session (created_at_ms);

-- A browser in which a person signed in before: others' guesses do not slow it down.
CREATE TABLE known_browser (
    hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    until_ms BIGINT NOT NULL
);
CREATE INDEX known_browser_by_until ON known_browser (until_ms);

-- What the first person proves with that the server is theirs. Each start makes one while there is nobody; all go with
-- the first person's arrival.
CREATE TABLE set_up_code (
    hash TEXT PRIMARY KEY,
    made_at_ms BIGINT NOT NULL
);

ALTER TABLE api_token ADD COLUMN seen_at_ms BIGINT;
ALTER TABLE api_token ADD COLUMN revoked_at_ms BIGINT;

-- `per_…`, `tok_…`, or the words of `actor` for those who are neither.
ALTER TABLE audit ADD COLUMN actor_id TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_by_actor ON audit (actor_id, id);
CREATE INDEX audit_by_object ON audit (object_id, id);
