ALTER TABLE gaps DROP COLUMN unreadable;
