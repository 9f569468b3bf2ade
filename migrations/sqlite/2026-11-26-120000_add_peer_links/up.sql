-- What leads on from a peer: `migrated_to` is the supergroup that a basic group has become, as a
-- marked id, `asked_at` when Telegram has last told how the group is; `seen_chat` and `seen_message`
-- name the message in which a peer without an access hash was seen last, by which Telegram lets the
-- account ask for it.
CREATE TABLE peer_links (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    peer_id BIGINT NOT NULL,
    migrated_to BIGINT,
    asked_at TIMESTAMP,
    seen_chat BIGINT,
    seen_message INTEGER,
    PRIMARY KEY (session_id, peer_id)
) WITHOUT ROWID;
