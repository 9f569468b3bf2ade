DROP TABLE unreadable_messages;
