//! The doors: each a set of paths with shapes of its own, over the same operations.
//!
//! A door owns its paths and the JSON it takes and gives. It must not know another door.

use crate::http::door::Door;

/// Declares the folder of each door and lists what they say of themselves (`<door>::DOOR`).
macro_rules! doors {
    ($($(#[$attribute:meta])* $door:ident),+ $(,)?) => {
        $($(#[$attribute])* mod $door;)+

        /// Every door that there is.
        pub(crate) static ALL: &[&Door] = &[$($(#[$attribute])* &$door::DOOR),+];
    };
}

// Their routes are tried in this order: `tools` closes what it leaves to `archive`.
doors! { hub, archive, tools, reader, #[cfg(test)] probe }
