-- +goose Up
-- Several keys an algorithm, each with its time. The table is made anew: SQLite cannot drop a constraint.
CREATE TABLE kept_keys AS SELECT * FROM signing_keys;
DROP TABLE signing_keys;
CREATE TABLE signing_keys (
    id           TEXT   PRIMARY KEY, -- the JWK thumbprint (RFC 7638)
    algorithm    TEXT   NOT NULL,
    sealed       TEXT   NOT NULL, -- PKCS #8 under the master key
    created_at   BIGINT NOT NULL, -- published since
    activated_at BIGINT NOT NULL, -- signs since, or will
    retired_at   BIGINT NOT NULL DEFAULT 0 -- signs until; 0: until somebody says
);
CREATE UNIQUE INDEX signing_keys_newest ON signing_keys (algorithm) WHERE retired_at = 0;
INSERT INTO signing_keys (id, algorithm, sealed, created_at, activated_at)
    SELECT id, algorithm, sealed, created_at, created_at FROM kept_keys;
DROP TABLE kept_keys;
-- What a client's ID tokens are signed with (id_token_signed_response_alg); '': ES256.
ALTER TABLE clients ADD COLUMN id_token_alg TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE clients DROP COLUMN id_token_alg;
CREATE TABLE kept_keys AS SELECT * FROM signing_keys WHERE retired_at = 0;
DROP TABLE signing_keys;
CREATE TABLE signing_keys (
    id         TEXT   PRIMARY KEY,
    algorithm  TEXT   NOT NULL UNIQUE,
    sealed     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO signing_keys (id, algorithm, sealed, created_at) SELECT id, algorithm, sealed, created_at FROM kept_keys;
DROP TABLE kept_keys;
