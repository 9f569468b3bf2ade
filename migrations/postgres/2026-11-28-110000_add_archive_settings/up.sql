-- How the archive fetches chats: what differs from the built-in settings for all accounts, in one
-- row, and what differs from that for one account. `changes` is a JSON object of these fields alone.
CREATE TABLE archive_defaults (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    changes TEXT NOT NULL
);

CREATE TABLE archive_overrides (
    session_id BIGINT NOT NULL PRIMARY KEY REFERENCES session_names (id) ON DELETE CASCADE,
    changes TEXT NOT NULL
);
