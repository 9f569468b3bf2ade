-- What in a gap could not be read, in words: first whatever made it, then the messages. It is the
-- reason of the closed gap.
ALTER TABLE gaps ADD COLUMN unreadable TEXT;
