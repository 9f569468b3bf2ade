DROP TABLE listings;
ALTER TABLE gaps DROP COLUMN not_compared_to;
ALTER TABLE gaps DROP COLUMN given_up;
