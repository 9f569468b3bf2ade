-- Messages of the log that could not be read, wholly or from some point on: `constructor` is the
-- first one in them that the schema `layer` does not know. When the hub knows another schema they
-- are tried again from their raw bytes.
CREATE TABLE unreadable_messages (
    message_row BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    session_id BIGINT NOT NULL,
    constructor BIGINT NOT NULL,
    layer INTEGER NOT NULL
);

CREATE INDEX unreadable_messages_by_layer ON unreadable_messages (session_id, layer);
