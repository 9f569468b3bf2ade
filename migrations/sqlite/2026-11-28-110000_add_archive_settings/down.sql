DROP TABLE archive_overrides;
DROP TABLE archive_defaults;
