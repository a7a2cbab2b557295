-- +goose Up
-- Where a client comes from: registration, operator, or document (its id is then the document's URL).
ALTER TABLE clients ADD COLUMN source TEXT NOT NULL DEFAULT 'registration';
ALTER TABLE clients ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE clients ADD COLUMN fresh_until BIGINT NOT NULL DEFAULT 0; -- documents: not fetched again before

-- +goose Down
ALTER TABLE clients DROP COLUMN fresh_until;
ALTER TABLE clients DROP COLUMN blocked;
ALTER TABLE clients DROP COLUMN source;
