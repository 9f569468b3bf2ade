//! What the hub's log should hold: one row for each account that must have seen a message.
//!
//! Owns the reading of the ledger for that. It knows no rows.

use super::traffic::number;
use crate::fleet::Member;
use local_dc::dc::Dc;
use local_dc::world::ledger::{ChatKind, Entry};
use std::collections::HashMap;

/// Where a row stands: session, marked chat, message number.
pub(super) type Place = (i64, i64, i32);

/// A row that there should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectation<'a> {
    pub(super) entry: &'a Entry,
    /// The account's place in the fleet.
    pub(super) account: usize,
    pub(super) place: Place,
    pub(super) deleted: bool,
}

impl Expectation<'_> {
    /// When the message was gone for the account, if it is.
    pub(super) fn gone(&self) -> Option<i64> {
        self.entry.deleted_at.filter(|_| self.deleted)
    }

    /// When the first edit was made that a row with this text has not seen.
    pub(super) fn first_unseen(&self, text: &str) -> Option<i64> {
        let mut edits = self.entry.edits.iter();
        edits.find(|edit| edit.before == text).map(|edit| edit.at)
    }

    /// The sequence of updates that tells of it: the account's own, 0, or the channel's.
    pub(super) fn sequence(&self) -> i64 {
        match self.entry.kind {
            ChatKind::Private | ChatKind::Group => 0,
            ChatKind::Supergroup | ChatKind::Broadcast => chat_of(self.entry).unwrap_or(0),
        }
    }

    /// Whether a row may name this sender. Broadcast channels do not tell who posts.
    pub(super) fn allows_sender(&self, sender: Option<i64>) -> bool {
        let author = Some(self.entry.sender);
        match self.entry.kind {
            ChatKind::Broadcast => {
                sender == author || sender.is_none() || sender == chat_of(self.entry)
            }
            ChatKind::Private | ChatKind::Group | ChatKind::Supergroup => sender == author,
        }
    }

    /// The account, chat, message and text, for people.
    pub(super) fn describe(&self, fleet: &[Member]) -> String {
        let (_, chat, id) = self.place;
        let phone = &fleet[self.account].phone;
        let what = match &self.entry.service {
            Some(service) => format!("{service:?}"),
            None => brief(&self.entry.text),
        };
        let deleted = if self.deleted { ", deleted" } else { "" };
        let n = self.entry.n;
        format!("{phone}, chat {chat}, message {id} (ledger {n}{deleted}): {what}")
    }
}

/// The start of a text on one line: its number and version.
pub(super) fn brief(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    words.join(" ")
}

/// Reads the rows that there should be out of the ledger.
pub(super) fn expectations<'a>(
    dc: &Dc,
    ledger: &'a [Entry],
    fleet: &[Member],
) -> Vec<Expectation<'a>> {
    let by_user: HashMap<i64, usize> = fleet
        .iter()
        .enumerate()
        .map(|(account, member)| (member.user_id, account))
        .collect();
    let mut audiences: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut expected = Vec::new();
    for entry in ledger {
        expected.extend(entry.accounts.iter().filter_map(|witness| {
            let account = *by_user.get(&witness.user_id)?;
            Some(Expectation {
                entry,
                account,
                place: (
                    fleet[account].session.0,
                    witness.peer_id,
                    witness.message_id,
                ),
                deleted: witness.deleted,
            })
        }));
        let (Some(audience), Some(chat), Some(id)) =
            (entry.audience, chat_of(entry), entry.message_id)
        else {
            continue;
        };
        let audience = audiences.entry(audience).or_insert_with(|| {
            let ids = dc.audience(audience).into_iter();
            ids.filter_map(|id| by_user.get(&id).copied()).collect()
        });
        expected.extend(audience.iter().map(|account| Expectation {
            entry,
            account: *account,
            place: (fleet[*account].session.0, chat, id),
            deleted: entry.deleted_at.is_some(),
        }));
    }
    expected
}

/// The places of messages in channels, whoever must have seen them: members who came later may
/// see them too.
pub(super) fn channel_places(ledger: &[Entry]) -> HashMap<(i64, i32), &Entry> {
    let place = |entry: &Entry| Some((chat_of(entry)?, entry.message_id?));
    let places = ledger.iter();
    places
        .filter_map(|entry| place(entry).map(|place| (place, entry)))
        .collect()
}

/// The marked id of the entry's group or channel; private chats have one for each side.
fn chat_of(entry: &Entry) -> Option<i64> {
    match entry.kind {
        ChatKind::Private => None,
        ChatKind::Group | ChatKind::Supergroup | ChatKind::Broadcast => entry.chat.first().copied(),
    }
}

/// Whether the entry is one of the traffic's own messages.
pub(super) fn is_traffic(entry: &Entry) -> bool {
    number(&entry.text).is_some()
}
