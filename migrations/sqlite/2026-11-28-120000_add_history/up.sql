-- Whether a message was downloaded from before the log's beginning, and so was no event of it.
ALTER TABLE messages ADD COLUMN is_history BOOLEAN NOT NULL DEFAULT FALSE;
-- Who signed a post of a channel; NULL too for what was stored before this column was there.
ALTER TABLE messages ADD COLUMN post_author TEXT;

-- Which numbers of a chat's messages have been read: every message from `from_id` to `to_id` that
-- was there at the time is in the log. Intervals of a chat neither overlap nor touch.
CREATE TABLE history_intervals (
    session_id BIGINT NOT NULL REFERENCES session_names (id) ON DELETE CASCADE,
    chat_id BIGINT NOT NULL,
    from_id INTEGER NOT NULL,
    to_id INTEGER NOT NULL,
    PRIMARY KEY (session_id, chat_id, from_id)
) WITHOUT ROWID;

-- Downloads of a chat's history that go on by themselves, the newest messages first, until one is
-- older than `since`. Of a running one `next_id` is the number it goes on from; NULL at the start.
CREATE TABLE backfills (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    chat_id BIGINT NOT NULL,
    since TIMESTAMP NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    next_id INTEGER,
    oldest_at TIMESTAMP,
    stored BIGINT NOT NULL DEFAULT 0,
    seen BIGINT NOT NULL DEFAULT 0,
    started_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);

CREATE INDEX backfills_by_session ON backfills (session_id, state, updated_at);
