-- Until when Telegram does not want to hear a method from an account. They outlive the account's
-- row: neither a restart nor a session that is made anew ends a wait.
CREATE TABLE flood_waits (
    session_id BIGINT NOT NULL REFERENCES session_names (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, method)
);

CREATE INDEX flood_waits_by_end ON flood_waits (until);
