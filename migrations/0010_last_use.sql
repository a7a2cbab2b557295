-- +goose Up
-- When a token of the grant was last used, to the minute: people read it.
ALTER TABLE grants ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0; -- 0: not since this is noted

-- +goose Down
ALTER TABLE grants DROP COLUMN last_used_at;
