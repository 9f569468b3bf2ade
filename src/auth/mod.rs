//! Who calls, and what a caller may do.
//!
//! Owns the scopes, the caller with its limits, the comparison of keys, the count of wrong ones and
//! what each address may ask for.
//! It must not know how a key travels: headers are the matter of the HTTP layer.

mod caller;
mod guesses;
mod key;
mod limits;
mod scope;
mod source;

pub use caller::{Caller, Origin, Role};
pub use guesses::Guesses;
pub use key::ApiKey;
pub use limits::{ChatList, Limits, ListedBy};
pub use scope::{Scope, Scopes};
pub use source::PerAddress;
