-- A username belongs to one peer at a time (https://core.telegram.org/api/username#collectible-usernames).
-- It lies here in lower case, with the instant at which Telegram last said whose it is.
CREATE TABLE usernames (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    peer_id BIGINT NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, username)
) WITHOUT ROWID;

CREATE INDEX usernames_by_peer ON usernames (session_id, peer_id);

-- Until now names were never forgotten, so none of them is taken for granted.
INSERT INTO usernames (session_id, username, peer_id, seen_at)
SELECT session_id, username_folded, peer_id, '1970-01-01 00:00:00'
FROM peers
WHERE username_folded IS NOT NULL
ORDER BY updated_at DESC, peer_id
ON CONFLICT DO NOTHING;

UPDATE peers SET username = NULL
WHERE username_folded IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM usernames
    WHERE usernames.session_id = peers.session_id
    AND usernames.username = peers.username_folded
    AND usernames.peer_id = peers.peer_id
);

DROP INDEX peers_by_username;
ALTER TABLE peers DROP COLUMN username_folded;
