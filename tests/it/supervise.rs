//! An account that Telegram refuses waits for a login; one that cannot be reached comes back.

mod budgets;
mod doubts;
mod floods;
mod isolation;
mod reachable;
mod receiving;
mod refused;
mod relogin;
