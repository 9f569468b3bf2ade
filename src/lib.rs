//! telegram-hub.
