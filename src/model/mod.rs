//! Plain data that every layer speaks: names, ids, times, states. No I/O, no libraries of the
//! outer layers, nothing that can fail but parsing.

mod batch;
mod boot_time;
mod characters;
mod excerpt;
mod gap;
mod healing;
mod ids;
mod log_out;
mod message;
mod page;
mod peer;
mod session_name;
mod session_state;
mod string_kind;
mod target;
mod time;

pub use batch::{CapturedBatch, OpenedGap, UpdatesPosition};
pub use boot_time::BootTime;
pub use excerpt::Excerpt;
pub use gap::{GapCause, MessageBox};
pub use healing::{HealStep, Healed, Healing};
pub use ids::{ChatId, ChatKind, MessageId, SessionId, UserId};
pub use log_out::LoggedOut;
pub use message::{Deletion, LiveMessage, NewMessage, UnreadableMessage};
pub use page::{Cursor, CursorError, Page};
pub use peer::{Lead, PeerLink, PeerRow, Seen};
pub use session_name::{SessionName, SessionNameError};
pub use session_state::{SessionState, StoredState};
pub use string_kind::StringKind;
pub use target::ChatTarget;
pub use time::UtcTime;
