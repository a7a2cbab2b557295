-- +goose Up
-- Grants go with their last token: nobody looks for them by their age any more.
DROP INDEX grants_created;
-- The row that says since when revocations are whole, among all the others.
CREATE INDEX revocations_since ON revocations (at) WHERE id = '';
CREATE INDEX users_admin ON users (id) WHERE admin;

-- +goose Down
DROP INDEX users_admin;
DROP INDEX revocations_since;
CREATE INDEX grants_created ON grants (created_at);
