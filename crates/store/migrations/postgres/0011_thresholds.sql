-- What the statistics go by, where an owner changed it: what is not here is as built in.
CREATE TABLE threshold (
    name TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);
