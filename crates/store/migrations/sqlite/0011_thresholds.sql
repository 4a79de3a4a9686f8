-- What the statistics go by, where an owner changed it: what is not here is as built in.
CREATE TABLE threshold (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
