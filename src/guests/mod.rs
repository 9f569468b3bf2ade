//! Accounts whose session strings callers bring with each request, and the logins that make such
//! strings.
//!
//! Owns a live connection for each string that was used lately, what its account knows of peers,
//! and the logins in progress. All of it is in memory and gone with the process; nothing is
//! captured. A key that is a session's of this hub is left to that session. It must not know how a
//! request carries a string.

mod connect;
mod guest;
mod logins;
mod pass;
mod peers;
mod registry;
mod slot;

pub use guest::Guest;
pub use logins::Logins;
pub use pass::{Application, GuestPass};
pub use peers::GuestPeers;
pub use registry::{Claim, Entered, Guests, Sharing};
pub use slot::Visit;
