-- +goose Up
-- Where the person agreed to be sent: an unverified client is asked about again for another place.
ALTER TABLE consents ADD COLUMN site TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE consents DROP COLUMN site;
