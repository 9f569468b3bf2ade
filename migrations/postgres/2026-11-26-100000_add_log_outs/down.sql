DROP TABLE log_outs;
