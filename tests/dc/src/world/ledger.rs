//! The ledger: every message the data centre holds, for comparing with what others captured.
//!
//! Owns the form in which messages are shown to tests and to the control port. It changes nothing.

use serde::Serialize;

use super::World;
use super::ids::{PostId, UserId};

/// One message of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place, from 0, in the order of sending.
    pub n: usize,
    /// Who takes part in the chat: one id in Saved Messages, two otherwise, ascending.
    pub chat: Vec<i64>,
    /// Who wrote it.
    pub sender: i64,
    /// What it says now.
    pub text: String,
    /// When it was sent, in seconds since 1970.
    pub date: i32,
    /// True if it was sent without sound.
    pub silent: bool,
    /// The `n` of the message it answers.
    pub reply_to: Option<usize>,
    /// Earlier texts, oldest first.
    pub edits: Vec<EditEntry>,
    /// Everybody who must have seen it.
    pub accounts: Vec<Witness>,
}

/// An earlier text of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditEntry {
    /// What it said.
    pub before: String,
    /// When that was replaced, in seconds since 1970.
    pub date: i32,
}

/// An account that holds, or held, a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The account.
    pub user_id: i64,
    /// Its number, without the plus sign.
    pub phone: String,
    /// The message's id in this account's box.
    pub message_id: i32,
    /// The other side of the chat as this account names it.
    pub peer_id: i64,
    /// True if this account wrote it.
    pub out: bool,
    /// True if the message is deleted for this account.
    pub deleted: bool,
}

impl World {
    /// How many messages the ledger holds.
    pub fn ledger_len(&self) -> usize {
        self.posts.len()
    }

    /// At most `limit` messages from `from` on, in the order of sending.
    pub fn ledger(&self, from: usize, limit: usize) -> Vec<Entry> {
        let end = from.saturating_add(limit).min(self.posts.len());
        (from.min(end)..end)
            .filter_map(|n| self.entry(PostId(n)))
            .collect()
    }

    fn entry(&self, id: PostId) -> Option<Entry> {
        let post = self.post(id)?;
        let mut chat: Vec<i64> = post.sides().map(|side| side.user.0).collect();
        chat.sort_unstable();
        Some(Entry {
            n: id.0,
            chat,
            sender: post.from.user.0,
            text: post.content.text.clone(),
            date: post.date,
            silent: post.silent,
            reply_to: post.reply_to.map(|post| post.0),
            edits: post
                .edits
                .iter()
                .map(|edit| EditEntry {
                    before: edit.before.clone(),
                    date: edit.date,
                })
                .collect(),
            accounts: post
                .sides()
                .filter_map(|side| self.witness(side.user, id))
                .collect(),
        })
    }

    fn witness(&self, user: UserId, id: PostId) -> Option<Witness> {
        let account = self.account(user)?;
        let message_id = self.post(id)?.id_for(user)?;
        let held = account
            .held
            .get(usize::try_from(message_id.0).ok()?.checked_sub(1)?)?;
        Some(Witness {
            user_id: user.0,
            phone: account.phone.clone(),
            message_id: message_id.0,
            peer_id: held.peer.0,
            out: held.out,
            deleted: held.deleted,
        })
    }
}
