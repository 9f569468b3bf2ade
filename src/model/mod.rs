//! Plain data that every layer speaks: names, ids, times, states. No I/O, no libraries of the
//! outer layers, nothing that can fail but parsing.

mod archive_settings;
mod batch;
mod boot_time;
mod characters;
mod excerpt;
mod folder;
mod gap;
mod healing;
mod history;
mod ids;
mod listed_chat;
mod listing;
mod log_out;
mod media;
mod message;
mod missing;
mod page;
mod peer;
mod reach;
mod session_name;
mod session_state;
mod stored_session;
mod string_kind;
mod target;
mod time;

pub use archive_settings::{ArchiveChanges, ArchiveSettings};
pub use batch::{CapturedBatch, OpenedGap, UpdatesPosition};
pub use boot_time::BootTime;
pub use excerpt::Excerpt;
pub use folder::{Folder, FolderRules, Mutes};
pub use gap::{Gap, GapCause, MessageBox, Occurrence};
pub use healing::{HealStep, Healed, Healing};
pub use history::{
    Backfill, BackfillState, Coverage, Direction, ForwardOrigin, HistoryMedia, HistoryMessage,
    HistoryPart, Interval, SenderNames,
};
pub use ids::{ChatId, ChatKind, KeyId, MessageId, SessionId, TenantId, TenantUserId, UserId};
pub use listed_chat::{ChatClass, ChatTraits, ListedChat};
pub use listing::Listing;
pub use log_out::{LoggedOut, PendingLogOut};
pub use media::{
    FileKind, FileUuid, Media, MediaClass, MediaState, MessageFile, ObjectName, StoredObject,
};
pub use message::{
    CapturedMessage, Deletion, LiveMessage, Message, NewMessage, Revision, UnreadableMessage,
};
pub use missing::Missing;
pub use page::{Cursor, CursorError, Page};
pub use peer::{Lead, Peer, PeerLink, Seen};
pub use reach::Reach;
pub use session_name::{SessionName, SessionNameError};
pub use session_state::{SessionState, StoredState};
pub use stored_session::StoredSession;
pub use string_kind::StringKind;
pub use target::ChatTarget;
pub use time::UtcTime;
