ALTER TABLE message_revisions DROP COLUMN pts;
