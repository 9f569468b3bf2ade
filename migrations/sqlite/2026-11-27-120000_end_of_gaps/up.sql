-- A gap that can never be filled is closed without having been filled; its reason stays.
ALTER TABLE gaps ADD COLUMN given_up BOOLEAN NOT NULL DEFAULT FALSE;
-- Captured messages up to this number were too many or too old to be compared.
ALTER TABLE gaps ADD COLUMN not_compared_to INTEGER;

-- When an account's log begins by Telegram's clock, and when all its dialogs were listed last.
CREATE TABLE listings (
    session_id BIGINT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    begins_at TIMESTAMP,
    listed_at TIMESTAMP
) WITHOUT ROWID;
