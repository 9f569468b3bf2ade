-- Up to which message number the log of an account is known to be complete: `box_id` is 0 for the
-- account's private chats and basic groups, whose messages share their numbers, else a bare channel id.
CREATE TABLE sequences (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    box_id BIGINT NOT NULL,
    complete_to INTEGER NOT NULL,
    PRIMARY KEY (session_id, box_id)
) WITHOUT ROWID;

-- Where messages may be missing, or were. `after_id` is the number that the log was complete to when
-- the gap opened, `verify_to` the newest captured number whose edits and deletions may be missing
-- too. `times` grows when the same happens again before the gap is closed.
CREATE TABLE gaps (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    box_id BIGINT NOT NULL,
    cause TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    after_id INTEGER,
    verify_to INTEGER,
    up_to_id INTEGER,
    found INTEGER NOT NULL DEFAULT 0,
    absent INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP
);

CREATE UNIQUE INDEX gaps_open ON gaps (session_id, box_id, cause) WHERE closed_at IS NULL;
CREATE INDEX gaps_by_session ON gaps (session_id, opened_at, id);
CREATE INDEX gaps_closed ON gaps (closed_at);
