-- +goose Up
-- Why a client's document was not taken when it was last fetched; '': it was.
ALTER TABLE clients ADD COLUMN trouble TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE clients DROP COLUMN trouble;
