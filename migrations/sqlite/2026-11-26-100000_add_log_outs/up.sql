-- Keys that the hub has given up and Telegram is still to log out. They belong to no session any
-- more: a session's name is free while its old key waits here.
CREATE TABLE log_outs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id BIGINT NOT NULL REFERENCES session_names (id),
    dc_id INTEGER NOT NULL,
    api_id INTEGER NOT NULL,
    auth_key_sealed BLOB NOT NULL,
    auth_key_key TEXT NOT NULL REFERENCES vault_keys (key_id),
    -- Telegram has said that the key is not logged in; it is asked once more all the same.
    unlikely BOOLEAN NOT NULL DEFAULT FALSE,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    due_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE INDEX log_outs_by_time ON log_outs (due_at, id);
CREATE INDEX log_outs_by_session ON log_outs (session_id);
