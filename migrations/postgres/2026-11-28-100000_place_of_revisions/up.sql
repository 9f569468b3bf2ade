-- Where in its sequence of changes Telegram told this version; NULL for one that was asked for.
ALTER TABLE message_revisions ADD COLUMN pts INTEGER;
