-- +goose Up
ALTER TABLE clients ADD COLUMN jwks TEXT NOT NULL DEFAULT '';               -- RFC 7591 section 2; '': none
ALTER TABLE clients ADD COLUMN jwks_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN signing_alg TEXT NOT NULL DEFAULT '';        -- of its assertions; '': any
ALTER TABLE clients ADD COLUMN auth_optional BOOLEAN NOT NULL DEFAULT FALSE; -- it may come as none, too
ALTER TABLE clients ADD COLUMN registration_hash TEXT NOT NULL DEFAULT '';  -- SHA-256 of its registration access token (RFC 7592)
ALTER TABLE clients ADD COLUMN fetched_at BIGINT NOT NULL DEFAULT 0;        -- documents: when its origin last answered
ALTER TABLE clients ADD COLUMN logo TEXT NOT NULL DEFAULT '';               -- id of our copy of its logo
ALTER TABLE clients ADD COLUMN logo_until BIGINT NOT NULL DEFAULT 0;        -- its logo is not fetched again before
CREATE INDEX clients_verified ON clients (id) WHERE verified;
CREATE INDEX clients_logo ON clients (logo) WHERE logo <> '';

CREATE TABLE logos (
    id         TEXT   PRIMARY KEY, -- SHA-256 of the image
    kind       TEXT   NOT NULL,    -- image/png
    image      BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX logos_created ON logos (created_at);

-- +goose Down
DROP TABLE logos;
DROP INDEX clients_logo;
DROP INDEX clients_verified;
ALTER TABLE clients DROP COLUMN logo_until;
ALTER TABLE clients DROP COLUMN logo;
ALTER TABLE clients DROP COLUMN fetched_at;
ALTER TABLE clients DROP COLUMN registration_hash;
ALTER TABLE clients DROP COLUMN auth_optional;
ALTER TABLE clients DROP COLUMN signing_alg;
ALTER TABLE clients DROP COLUMN jwks_uri;
ALTER TABLE clients DROP COLUMN jwks;
