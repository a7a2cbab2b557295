-- +goose Up
-- What has ended, so that a process that remembers it need not ask about every token: the id of a grant, a user or a
-- client. The row with the id '' says since when nothing is missing here.
CREATE TABLE revocations (
    seq BIGINT NOT NULL, -- PostgreSQL: the transaction's id. SQLite: a number that grows with every row
    id  TEXT   NOT NULL,
    at  BIGINT NOT NULL  -- by the database's clock
);
CREATE INDEX revocations_seq ON revocations (seq);
-- Without a signing key no token was ever made.
INSERT INTO revocations (seq, id, at) SELECT 0, '', 0 WHERE NOT EXISTS (SELECT 1 FROM signing_keys);

-- +goose Down
DROP TABLE revocations;
