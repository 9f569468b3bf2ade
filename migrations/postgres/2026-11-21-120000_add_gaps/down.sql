DROP TABLE gaps;
DROP TABLE sequences;
