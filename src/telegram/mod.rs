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
mod key_check;
mod keys_in_use;
mod lease;
mod lenient;
mod link;
mod login_watch;
mod mending;
mod misfits;
mod patience;
mod position;
mod reach;
mod received;
mod receiver;
mod refusals;
mod repetition;
mod retries;
mod server;
mod session_string;
mod storage;
mod text;
mod updates;
mod vitals;

pub use budget::Budget;
pub use calls::auth::{SentCode, SignIn};
pub use calls::changes::{Edit, Forward};
pub use calls::dialogs::{Dialog, DialogList, DialogWalk};
pub use calls::files::{
    FileLocation, MediaFile, PART_BYTES, SMALL_FILE_BYTES, SMALL_FILE_PARTS, Upload, UploadedFile,
};
pub use calls::history::{Fetched, MESSAGES_A_CALL};
pub use calls::history_pages::HistoryPage;
pub use calls::listing::ListedDialogs;
pub use calls::live::{FoundMessages, HistoryQuery, Period};
pub use calls::media::{Media, MediaKind, OutgoingAlbum, OutgoingMedia};
pub use calls::messages::OutgoingMessage;
pub use calls::numbers::{MessageOf, MessagesOf, Places};
pub use calls::peers::Found;
pub use calls::qr::LoginToken;
pub use calls::updates::Reading;
pub use convert::{
    AccountRef, LAYER, message_file, message_markdown, read_again, unreadable_number,
};
pub use error::{Error, is_doubtful};
pub use key_check::{check_key, log_out_key};
pub use keys_in_use::{KeyUse, KeysInUse};
pub use lease::Lease;
pub use lenient::{Read, UnreadableObject};
pub use link::{Keys, Link, LinkSettings};
pub use login_watch::{LoginNews, LoginWatch};
pub use patience::CallOptions;
pub use receiver::Nudge;
pub use refusals::doubts_hash;
pub use repetition::Owner as LinkOwner;
pub use server::{DEFAULT_DC, Server, ServerError};
pub use session_string::{MissingField, SessionString, SessionStringError};
pub use storage::{HubSession, StorageError};
pub use text::{Formatted, html, markdown, to_html, to_markdown};
pub use updates::Updates;
pub use vitals::Vitals;
