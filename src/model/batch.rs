//! What an account receives at once: messages with their peers, and how far it has come with them.

use crate::model::{
    Coverage, Deletion, GapCause, MessageBox, MessageId, NewMessage, Peer, PeerLink, SessionId,
    UnreadableMessage, UtcTime,
};

/// What one batch of updates brought to one account.
#[derive(Clone, Debug)]
pub struct CapturedBatch {
    /// The account.
    pub session_id: SessionId,
    /// Peers that came along.
    pub peers: Vec<Peer>,
    /// Ways from peer to peer that it told of.
    pub links: Vec<PeerLink>,
    /// New and edited messages, in the order of the updates.
    pub messages: Vec<NewMessage>,
    /// Messages that could not be read, new ones before all.
    pub unreadable: Vec<UnreadableMessage>,
    /// Deletions, which apply after the messages.
    pub deletions: Vec<Deletion>,
    /// The position with this batch included.
    pub position: Option<UpdatesPosition>,
    /// Where messages may be missing from this position on.
    pub gaps: Vec<OpenedGap>,
    /// The present instant.
    pub captured_at: UtcTime,
    /// Whether the messages were asked for, and so are as they are now: of two versions with one
    /// edit date, such a one is later than what is stored by then.
    pub from_history: bool,
    /// What of a chat's history it is the whole of, when that was asked for.
    pub coverage: Option<Coverage>,
}

impl CapturedBatch {
    /// Whether a message of it is from before the log's beginning, and so tells of nothing that
    /// has happened since.
    pub fn is_history(&self, message: MessageId) -> bool {
        let coverage = self.coverage.as_ref();
        coverage.is_some_and(|coverage| message <= coverage.history_to)
    }
}

/// A place where messages may be missing from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedGap {
    /// In which sequence.
    pub message_box: MessageBox,
    /// Why.
    pub cause: GapCause,
    /// Why in words, where the cause does not say it all.
    pub reason: Option<String>,
    /// Whether edits and deletions may be missing too, though the cause does not say so.
    pub hides_changes: bool,
    /// The newest message in it, where Telegram has told that. What is newer comes by itself.
    pub up_to: Option<MessageId>,
}

impl From<(MessageBox, GapCause)> for OpenedGap {
    fn from((message_box, cause): (MessageBox, GapCause)) -> Self {
        Self {
            message_box,
            cause,
            reason: None,
            hides_changes: cause.hides_changes(),
            up_to: None,
        }
    }
}

/// A position in the updates of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdatesPosition {
    /// The common sequence of private chats and basic groups.
    pub pts: i32,
    /// The sequence of secret chats and bots.
    pub qts: i32,
    /// The server's time of the last update, seconds since 1970.
    pub date: i32,
    /// The sequence of update containers.
    pub seq: i32,
    /// Bare channel ids, each with that channel's `pts`.
    pub channels: Vec<(i64, i32)>,
}
