DROP TABLE backfills;
DROP TABLE history_intervals;
ALTER TABLE messages DROP COLUMN post_author;
ALTER TABLE messages DROP COLUMN is_history;
