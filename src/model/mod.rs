//! Plain data that every layer speaks: names, ids, times, states. No I/O, no libraries of the
//! outer layers, nothing that can fail but parsing.

mod boot_time;
mod characters;
mod excerpt;
mod gap;
mod ids;
mod page;
mod session_name;
mod session_state;
mod target;
mod time;

pub use boot_time::BootTime;
pub use excerpt::Excerpt;
pub use gap::{GapCause, MessageBox};
pub use ids::{ChatId, ChatKind, MessageId, SessionId, UserId};
pub use page::{Cursor, CursorError, Page};
pub use session_name::{SessionName, SessionNameError};
pub use session_state::{SessionState, StoredState};
pub use target::ChatTarget;
pub use time::UtcTime;
