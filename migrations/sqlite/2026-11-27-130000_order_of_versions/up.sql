-- Where in its sequence of changes Telegram told the stored version: of two with one edit date the
-- one with the greater number is the later. NULL when nobody has told.
ALTER TABLE messages ADD COLUMN pts INTEGER;
