-- +goose Up
-- When each refresh token was made: the newest of a grant says when its client was last here.
ALTER TABLE refresh_tokens ADD COLUMN issued_at BIGINT NOT NULL DEFAULT 0; -- 0: made before this was noted
-- The person did not let the client stay signed in: it gets no refresh token.
ALTER TABLE grants ADD COLUMN online BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE consents ADD COLUMN online BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE consents DROP COLUMN online;
ALTER TABLE grants DROP COLUMN online;
ALTER TABLE refresh_tokens DROP COLUMN issued_at;
