-- Kept bytes of files, by their SHA-256. The store of objects has the bytes themselves.
CREATE TABLE media_objects (
    name TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    -- To the hour: reading does not write each time.
    used_at TIMESTAMP NOT NULL
);

CREATE INDEX media_objects_by_use ON media_objects (used_at, name);

-- The files of messages, one row for each message that has one. How often bytes are used is how
-- many rows name them.
CREATE TABLE media (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    session_id BIGINT NOT NULL REFERENCES session_names (id),
    chat_id BIGINT NOT NULL,
    message_id INTEGER NOT NULL,
    -- The edit of the message that this was read from.
    message_edited_at TIMESTAMP,
    class TEXT NOT NULL CHECK (class IN ('MessageMediaPhoto', 'MessageMediaDocument')),
    kind TEXT NOT NULL CHECK (kind IN ('photos', 'videos', 'voice_messages', 'video_messages', 'stickers', 'gifs', 'files')),
    file_id BIGINT NOT NULL,
    mime_type TEXT NOT NULL,
    file_name TEXT,
    size BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('skipped', 'stored', 'failed', 'gone')),
    object TEXT REFERENCES media_objects (name),
    attempts INTEGER NOT NULL DEFAULT 0,
    pinned BOOLEAN NOT NULL DEFAULT FALSE,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT media_key UNIQUE (session_id, message_id, chat_id),
    CHECK ((state = 'stored') = (object IS NOT NULL))
);

CREATE INDEX media_by_object ON media (object);
CREATE INDEX media_by_file ON media (session_id, file_id);
