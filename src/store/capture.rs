//! Writing what accounts have received: batches of updates, in the caller's transaction.
//!
//! It owns the order in which the parts of a group of batches become rows, so that a group leaves
//! the same rows as its batches one by one, in few statements, and so that a batch that is
//! replayed after a crash changes nothing. It must not know what Telegram's updates look like.

mod deletions;
mod edits;
mod rows;
#[cfg(all(test, feature = "sqlite"))]
mod tests;
mod unreadable;

use crate::model::{ChatId, GapCause, MessageBox, MessageId, SessionId, UtcTime};
use crate::store::peer_links::{self, PeerLink};
use crate::store::peers::{self, PeerRow};
use crate::store::update_states::{self, UpdatesPosition};
use crate::store::{AnyConnection, Error, gaps};
use serde_json::Value;
use std::collections::HashMap;

/// What one batch of updates brought to one account.
#[derive(Clone, Debug)]
pub struct CapturedBatch {
    /// The account.
    pub session_id: SessionId,
    /// Peers that came along.
    pub peers: Vec<PeerRow>,
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
}

/// A message as an update brought it, new or edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The chat.
    pub chat_id: ChatId,
    /// Its number in the chat.
    pub message_id: MessageId,
    /// Who wrote it.
    pub sender_id: Option<ChatId>,
    /// Whether the account itself wrote it.
    pub outgoing: bool,
    /// Whether it came without a notification.
    pub silent: bool,
    /// The text.
    pub text: String,
    /// The text's entities, an array; offsets count UTF-16 units.
    pub entities: Value,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Where it was forwarded from.
    pub forward: Option<Value>,
    /// A summary of its media.
    pub media: Option<Value>,
    /// A summary of the action, for service messages.
    pub service: Option<Value>,
    /// When it was sent.
    pub sent_at: UtcTime,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// The message in TL, as it came.
    pub raw: Vec<u8>,
    /// Where in its sequence of changes this version was told; `None` for one that was asked for.
    pub pts: Option<i32>,
}

/// A message of which only a part could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableMessage {
    /// What could be read, its number before all; the raw bytes are all of it. Its media is
    /// [`crate::store::unreadable::media`].
    pub message: NewMessage,
    /// The first constructor in it that is not known.
    pub constructor: u32,
    /// Telegram's name of the method whose answer it was in.
    pub method: String,
    /// The schema with which it was tried.
    pub layer: i32,
    /// Whether it has changed, so that a stored version is not what it is now.
    pub edited: bool,
}

impl UnreadableMessage {
    /// Why the message is not as it should be, in words.
    pub fn reason(&self) -> String {
        let (chat, id) = (self.message.chat_id.0, self.message.message_id.0);
        let (constructor, method) = (self.constructor, &self.method);
        if chat == 0 {
            return format!(
                "message {id} of an unknown chat cannot be read: unknown constructor \
                 {constructor:#010x} in the answer to {method}"
            );
        }
        format!(
            "message {id} of chat {chat} cannot be read: unknown constructor {constructor:#010x} \
             in the answer to {method}"
        )
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

/// Messages that were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Their channel; `None` for any private chat or basic group, which share their numbers.
    pub channel: Option<ChatId>,
    /// Their numbers.
    pub message_ids: Vec<MessageId>,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Messages stored for the first time.
    pub inserted: usize,
    /// Messages that took the place of an earlier version.
    pub edited: usize,
    /// Messages marked as deleted.
    pub deleted: usize,
    /// Messages that were stored already.
    pub duplicates: usize,
    /// Gaps that were opened.
    pub gaps: usize,
}

/// Stores one batch: a group of one.
///
/// # Errors
/// As [`commit_group`].
pub fn commit(conn: &mut AnyConnection, batch: &CapturedBatch) -> Result<Committed, Error> {
    let done = commit_group(conn, &[batch])?;
    Ok(done.into_iter().next().unwrap_or_default())
}

/// Stores batches of any accounts as if one by one in their order, and says what became of each.
///
/// Of each batch: peers, then messages in their order, then deletions, then the position. To be
/// called in a write transaction. A message that is stored already is an edit when its edit date
/// is later, or is the same with another content and was told later; where nobody knows when, with
/// a content that no stored version has. The version that it replaces is kept as a revision.
/// Anything else is a duplicate and changes nothing.
///
/// # Errors
/// [`Error::Unavailable`] when waiting may help; anything else is the fault of at least one batch.
pub fn commit_group(
    conn: &mut AnyConnection,
    batches: &[&CapturedBatch],
) -> Result<Vec<Committed>, Error> {
    let of_all = batches.iter().flat_map(|batch| {
        let peers = batch.peers.iter();
        peers.map(|peer| (batch.session_id, peer, batch.captured_at))
    });
    peers::upsert_group(conn, of_all)?;
    let of_all = batches.iter().flat_map(|batch| {
        let links = batch.links.iter();
        links.map(|link| (batch.session_id, *link))
    });
    peer_links::put(conn, of_all)?;
    let mut done = vec![Committed::default(); batches.len()];
    for stage in stages(batches) {
        rows::store(conn, &stage, &mut done)?;
        unreadable::store(conn, &stage, &mut done)?;
        deletions::mark(conn, &stage, &mut done)?;
    }
    let positions = batches.iter().filter_map(|batch| {
        let position = batch.position.as_ref()?;
        Some((batch.session_id, position, batch.captured_at))
    });
    update_states::put_group(conn, positions)?;
    for (batch, done) in batches.iter().zip(&mut done) {
        for gap in &batch.gaps {
            let new = gaps::open_as(conn, batch.session_id, gap, batch.captured_at)?;
            done.gaps += usize::from(new);
        }
    }
    Ok(done)
}

/// A batch with its place in the group.
type Member<'a> = (usize, &'a CapturedBatch);

/// Parts of the group whose messages may be stored before all of their deletions apply.
///
/// What an account deletes must not reach the messages of its later batches, so these come in the
/// next part; nor must what cannot be read of an edit come after a later one that can. Accounts
/// have nothing to do with each other. No part deletes twice for one account.
fn stages<'a>(batches: &[&'a CapturedBatch]) -> Vec<Vec<Member<'a>>> {
    let mut stages: Vec<Vec<Member<'a>>> = Vec::new();
    let mut next: HashMap<SessionId, usize> = HashMap::new();
    for (place, batch) in batches.iter().enumerate() {
        let stage = next.entry(batch.session_id).or_default();
        if stages.len() <= *stage {
            stages.push(Vec::new());
        }
        if let Some(members) = stages.get_mut(*stage) {
            members.push((place, batch));
        }
        let edits = batch.unreadable.iter().any(|message| message.edited);
        *stage += usize::from(edits || !batch.deletions.is_empty());
    }
    stages
}
