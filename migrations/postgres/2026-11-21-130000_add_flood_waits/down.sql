DROP TABLE flood_waits;
