ALTER TABLE peers ADD COLUMN username_folded TEXT;
UPDATE peers SET username_folded = lower(username) WHERE username IS NOT NULL;
CREATE INDEX peers_by_username ON peers (session_id, username_folded);
DROP TABLE usernames;
