//! Who calls, and what a caller may do.
//!
//! Owns the scopes, the caller and the comparison of keys. It must not know how a key travels:
//! headers are the matter of the HTTP layer.

mod caller;
mod key;

pub use caller::{Caller, Origin, Scope};
pub use key::ApiKey;
