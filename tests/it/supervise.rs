//! An account that Telegram refuses waits for a login; one that cannot be reached comes back.

mod reachable;
mod refused;
mod relogin;
