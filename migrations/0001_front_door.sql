-- +goose Up
CREATE TABLE users (
    id                          TEXT    PRIMARY KEY,
    username                    TEXT    NOT NULL DEFAULT '', -- lower case; '': none
    first_name                  TEXT    NOT NULL DEFAULT '',
    last_name                   TEXT    NOT NULL DEFAULT '',
    password_hash               TEXT    NOT NULL DEFAULT '', -- argon2id, PHC string; '': cannot sign in with a password
    image_url                   TEXT    NOT NULL DEFAULT '',
    admin                       BOOLEAN NOT NULL DEFAULT FALSE,
    two_factor_enabled          BOOLEAN NOT NULL DEFAULT FALSE,
    create_organization_enabled BOOLEAN NOT NULL DEFAULT TRUE,
    delete_self_enabled         BOOLEAN NOT NULL DEFAULT TRUE,
    banned_at                   BIGINT  NOT NULL DEFAULT 0,
    locked_at                   BIGINT  NOT NULL DEFAULT 0,
    created_at                  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX users_username ON users (username) WHERE username <> '';
CREATE INDEX users_created ON users (created_at, id);

CREATE TABLE emails (
    id          TEXT    PRIMARY KEY,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address     TEXT    NOT NULL,        -- as it was typed
    canonical   TEXT    NOT NULL UNIQUE, -- as it is compared
    is_primary  BOOLEAN NOT NULL DEFAULT FALSE,
    verified_at BIGINT  NOT NULL DEFAULT 0,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX emails_user ON emails (user_id);
CREATE UNIQUE INDEX emails_one_primary ON emails (user_id) WHERE is_primary;

CREATE TABLE external_accounts (
    id         TEXT   PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider   TEXT   NOT NULL, -- as people read it: Google
    subject    TEXT   NOT NULL, -- the provider's id of the person
    identifier TEXT   NOT NULL, -- what people recognise: jane@gmail.com
    created_at BIGINT NOT NULL,
    UNIQUE (provider, subject)
);
CREATE INDEX external_accounts_user ON external_accounts (user_id);

CREATE TABLE sessions (
    id         TEXT   PRIMARY KEY, -- SHA-256 of the cookie's secret
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent TEXT   NOT NULL DEFAULT '',
    address    TEXT   NOT NULL DEFAULT '',
    auth_time  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE clients (
    id                TEXT    PRIMARY KEY,
    name              TEXT    NOT NULL,
    secret_hash       TEXT    NOT NULL DEFAULT '', -- SHA-256; '': a public client
    auth_method       TEXT    NOT NULL,
    application_type  TEXT    NOT NULL,
    uri               TEXT    NOT NULL DEFAULT '',
    logo_uri          TEXT    NOT NULL DEFAULT '',
    policy_uri        TEXT    NOT NULL DEFAULT '',
    terms_uri         TEXT    NOT NULL DEFAULT '',
    software_id       TEXT    NOT NULL DEFAULT '',
    software_version  TEXT    NOT NULL DEFAULT '',
    redirect_uris     TEXT    NOT NULL,
    grant_types       TEXT    NOT NULL,
    response_types    TEXT    NOT NULL,
    scopes            TEXT    NOT NULL,
    contacts          TEXT    NOT NULL,
    verified          BOOLEAN NOT NULL DEFAULT FALSE,
    created_at        BIGINT  NOT NULL,
    secret_rotated_at BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX clients_created ON clients (created_at, id);

CREATE TABLE consents (
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id  TEXT   NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    resource   TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id, resource)
);
CREATE INDEX consents_client ON consents (client_id);

-- A grant is one chain: the code, the refresh tokens that follow from it, and every access token.
CREATE TABLE grants (
    id         TEXT   PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id  TEXT   NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    resource   TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    auth_time  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX grants_user ON grants (user_id, client_id);
CREATE INDEX grants_client ON grants (client_id);
CREATE INDEX grants_created ON grants (created_at);

CREATE TABLE codes (
    signature      TEXT   PRIMARY KEY, -- SHA-256 of the code
    grant_id       TEXT   NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    redirect_uri   TEXT   NOT NULL,
    code_challenge TEXT   NOT NULL,
    nonce          TEXT   NOT NULL DEFAULT '',
    expires_at     BIGINT NOT NULL,
    used_at        BIGINT NOT NULL DEFAULT 0 -- 0: not yet
);
CREATE INDEX codes_grant ON codes (grant_id);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE refresh_tokens (
    signature  TEXT   PRIMARY KEY, -- SHA-256 of the token
    grant_id   TEXT   NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0, -- 0: not yet
    successor  TEXT   NOT NULL DEFAULT '' -- the signature it was rotated into
);
CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
    id         TEXT   PRIMARY KEY, -- the JWK thumbprint (RFC 7638)
    algorithm  TEXT   NOT NULL UNIQUE,
    sealed     TEXT   NOT NULL, -- PKCS #8 under the master key
    created_at BIGINT NOT NULL
);

-- What may be used once: the forms that people have answered.
CREATE TABLE used_nonces (
    id         TEXT   PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_nonces_expiry ON used_nonces (expires_at);

-- +goose Down
DROP TABLE used_nonces;
DROP TABLE signing_keys;
DROP TABLE refresh_tokens;
DROP TABLE codes;
DROP TABLE grants;
DROP TABLE consents;
DROP TABLE clients;
DROP TABLE sessions;
DROP TABLE external_accounts;
DROP TABLE emails;
DROP TABLE users;
