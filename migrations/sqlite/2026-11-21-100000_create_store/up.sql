-- The store of accounts, their keys and their captured messages.
-- Times are UTC. Chat ids are marked: users positive, basic groups negative, channels below -10^12.
-- Columns that end in `_sealed` hold ciphertext; `_key` beside them names the key that sealed it.

-- The keys that may have sealed rows. One row has `retired_at` NULL: the key in use.
CREATE TABLE vault_keys (
    key_id TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL,
    retired_at TIMESTAMP
);

-- Who holds this database. The only row is written here, so that taking the lock is one UPDATE.
-- `fence` grows with every holder.
CREATE TABLE hub_lock (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    instance TEXT,
    host_id TEXT NOT NULL DEFAULT '',
    pid BIGINT NOT NULL DEFAULT 0,
    process_started TEXT NOT NULL DEFAULT '',
    acquired_at TIMESTAMP NOT NULL,
    heartbeat_at TIMESTAMP NOT NULL,
    fence BIGINT NOT NULL DEFAULT 0
);

INSERT INTO hub_lock (id, acquired_at, heartbeat_at)
VALUES (1, '1970-01-01 00:00:00', '1970-01-01 00:00:00');

-- A name keeps its number for ever. Messages outlive their session, and a later session
-- of the same name goes on with the same log.
CREATE TABLE session_names (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- Whose messages are kept under the name: those of two accounts could not be told apart.
    user_id BIGINT,
    created_at TIMESTAMP NOT NULL
);

-- `held_by` and `fence` belong to the lease by which several hubs may share one database.
CREATE TABLE sessions (
    id BIGINT NOT NULL PRIMARY KEY REFERENCES session_names (id),
    state TEXT NOT NULL CHECK (state IN ('login', 'active', 'needs_login', 'logged_out')),
    state_reason TEXT,
    phone TEXT,
    user_id BIGINT,
    first_name TEXT,
    last_name TEXT,
    username TEXT,
    home_dc INTEGER,
    api_id INTEGER NOT NULL,
    api_hash_sealed BLOB NOT NULL,
    api_hash_key TEXT NOT NULL REFERENCES vault_keys (key_id),
    held_by TEXT,
    held_until TIMESTAMP,
    fence BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    logged_in_at TIMESTAMP
);

-- A data centre's address may be known before there is a key for it.
CREATE TABLE auth_keys (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    dc_id INTEGER NOT NULL,
    ipv4 TEXT NOT NULL,
    ipv6 TEXT NOT NULL,
    auth_key_sealed BLOB,
    auth_key_key TEXT REFERENCES vault_keys (key_id),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, dc_id),
    CHECK ((auth_key_sealed IS NULL) = (auth_key_key IS NULL))
) WITHOUT ROWID;

-- Users, groups and channels as one account may address them.
CREATE TABLE peers (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    peer_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'chat', 'channel')),
    access_hash BIGINT,
    username TEXT,
    username_folded TEXT,
    phone TEXT,
    name TEXT,
    first_name TEXT,
    last_name TEXT,
    is_bot BOOLEAN,
    is_self BOOLEAN,
    is_broadcast BOOLEAN,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, peer_id)
) WITHOUT ROWID;

CREATE INDEX peers_by_username ON peers (session_id, username_folded);
CREATE INDEX peers_by_phone ON peers (session_id, phone);

-- How far each account's updates have been captured (https://core.telegram.org/api/updates).
CREATE TABLE update_states (
    session_id BIGINT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    pts INTEGER NOT NULL,
    qts INTEGER NOT NULL,
    date INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- The same for each channel, by its bare id.
CREATE TABLE channel_states (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    channel_id BIGINT NOT NULL,
    pts INTEGER NOT NULL,
    PRIMARY KEY (session_id, channel_id)
) WITHOUT ROWID;

-- The log. `session_id` is a number of `session_names` without a foreign key: names are never
-- deleted, and checking a key for every row would be the dearest part of an insert.
CREATE TABLE messages (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    message_id INTEGER NOT NULL,
    sender_id BIGINT,
    outgoing BOOLEAN NOT NULL,
    silent BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    text_folded TEXT NOT NULL,
    entities TEXT NOT NULL,
    reply_to INTEGER,
    forward TEXT,
    media TEXT,
    service TEXT,
    sent_at TIMESTAMP NOT NULL,
    edited_at TIMESTAMP,
    deleted_at TIMESTAMP,
    captured_at TIMESTAMP NOT NULL,
    raw BLOB NOT NULL
);

-- The message number comes before the chat: a deletion in a private chat names only the number.
CREATE UNIQUE INDEX messages_key ON messages (session_id, message_id, chat_id);
CREATE INDEX messages_by_time ON messages (sent_at, id);
CREATE INDEX messages_by_session ON messages (session_id, sent_at, id);
CREATE INDEX messages_by_chat ON messages (session_id, chat_id, sent_at, id);

-- What an edit replaced. `edited_at` is the date of the replaced version, NULL for the first one.
CREATE TABLE message_revisions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_row BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    entities TEXT NOT NULL,
    media TEXT,
    edited_at TIMESTAMP,
    raw BLOB NOT NULL,
    replaced_at TIMESTAMP NOT NULL
);

CREATE INDEX message_revisions_by_message ON message_revisions (message_row, id);

-- Sends under a client's key, written before the first try, so that a retry repeats `random_id`
-- and Telegram drops the second copy. `request_hash` tells a retry from another request.
CREATE TABLE sends (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_key TEXT NOT NULL,
    random_id BIGINT NOT NULL,
    request_hash BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent')),
    chat_id BIGINT,
    message_id INTEGER,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, client_key)
) WITHOUT ROWID;

CREATE INDEX sends_by_age ON sends (updated_at);
