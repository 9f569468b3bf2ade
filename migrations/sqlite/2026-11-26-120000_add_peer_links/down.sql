DROP TABLE peer_links;
