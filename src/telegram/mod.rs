//! All that names grammers: servers, keys, links, calls, and Telegram's objects turned into ours.
//!
//! Nothing above this layer sees a type of grammers but through [`Link`].

mod budget;
mod caller;
mod calls;
mod closings;
mod convert;
mod data_centres;
mod error;
mod flood;
pub mod handshake;
mod link;
mod mending;
mod position;
mod received;
mod receiver;
mod retries;
mod server;
mod session_string;
mod storage;
mod text;
mod updates;
mod vitals;

pub use budget::Budget;
pub use calls::auth::{SentCode, SignIn};
pub use calls::dialogs::{Dialog, DialogList};
pub use calls::history::{Fetched, MESSAGES_A_CALL};
pub use calls::messages::{OutgoingMessage, SentMessage};
pub use calls::peers::Found;
pub use calls::updates::Reading;
pub use convert::AccountRef;
pub use error::Error;
pub use link::{Keys, Link, LinkSettings};
pub use receiver::Nudge;
pub use server::{Server, ServerError};
pub use session_string::{MissingField, SessionString, SessionStringError, StringKind};
pub use storage::{HubSession, StorageError};
pub use text::{Formatted, html, markdown, to_html, to_markdown};
pub use updates::Updates;
pub use vitals::Vitals;
