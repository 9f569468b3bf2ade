//! All that names grammers: servers, keys, links, calls, and Telegram's objects turned into ours.
//!
//! Nothing above this layer sees a type of grammers but through [`Link`].

mod calls;
mod convert;
mod error;
mod flood;
pub mod handshake;
mod link;
mod markdown;
mod position;
mod server;
mod storage;
mod vitals;

pub use calls::auth::{SentCode, SignIn};
pub use calls::messages::{OutgoingMessage, SentMessage};
pub use calls::peers::Found;
pub use calls::updates::Reading;
pub use convert::AccountRef;
pub use error::{Error, RefusedPosition};
pub use link::{Keys, Link, LinkSettings, Nudge, Updates};
pub use markdown::{Formatted, markdown};
pub use server::{Server, ServerError};
pub use storage::{HubSession, StorageError};
pub use vitals::Vitals;
