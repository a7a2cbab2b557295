-- +goose Up
-- How the person signed in, as ID tokens say it (RFC 8176). Everybody has come with a password so far.
ALTER TABLE sessions ADD COLUMN amr TEXT NOT NULL DEFAULT '["pwd"]';
ALTER TABLE grants ADD COLUMN amr TEXT NOT NULL DEFAULT '["pwd"]';
-- Where a client may have people sent after they signed out (OpenID Connect RP-Initiated Logout section 3.1).
ALTER TABLE clients ADD COLUMN post_logout_redirect_uris TEXT NOT NULL DEFAULT '[]';
-- An operator lets the client introspect every access token for a resource of ours (RFC 7662).
ALTER TABLE clients ADD COLUMN resource_server BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE clients DROP COLUMN resource_server;
ALTER TABLE clients DROP COLUMN post_logout_redirect_uris;
ALTER TABLE grants DROP COLUMN amr;
ALTER TABLE sessions DROP COLUMN amr;
