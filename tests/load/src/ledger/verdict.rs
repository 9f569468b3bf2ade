//! What was meant beside what the data centre's ledger holds.
//!
//! Owns the comparison alone. Whatever the ledger holds that no step can explain is a fault,
//! whatever the hub has answered.

use super::crowd::{OWN, Place};
use local_dc::world::ledger::{Entry, Service};
use serde_json::Value;
use std::collections::BTreeMap;

/// A send as it was meant.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The mark in its text.
    pub(super) token: String,
    /// How the chat was named.
    pub(super) chat: Value,
    /// Where it may be; nowhere else, and nowhere at all when this is empty.
    pub(super) meant: Vec<Place>,
    /// Whether the hub says that it was sent.
    pub(super) answered: bool,
}

/// What a call by number does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Delete,
    Edit,
    Forward,
    Pin,
}

/// A call by number: it may touch the message of this number in this chat and no other.
#[derive(Clone, Debug)]
pub(super) struct Touch {
    pub(super) place: Place,
    pub(super) number: i32,
    pub(super) deed: Deed,
}

/// The faults of a run, a line each.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Messages in chats that were not meant.
    pub wrong: Vec<String>,
    /// Messages that are there twice.
    pub doubled: Vec<String>,
    /// Sends that were answered and are nowhere.
    pub absent: Vec<String>,
    /// Messages deleted by a call that named another chat.
    pub deleted: Vec<String>,
    /// Messages edited, forwarded or pinned by a call that named another chat.
    pub changed: Vec<String>,
}

impl Verdict {
    /// Whether there is no fault.
    pub fn is_clean(&self) -> bool {
        self.all().next().is_none()
    }

    /// Every fault.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        let lists = [&self.wrong, &self.doubled, &self.absent];
        lists
            .into_iter()
            .flatten()
            .chain(&self.deleted)
            .chain(&self.changed)
    }
}

/// Compares.
pub(super) fn judge(ledger: &[Entry], plans: &[Plan], touched: &[Touch]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut found: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in ledger.iter().filter(|entry| entry.sender == OWN) {
        if let Some(token) = token(entry) {
            found.entry(token).or_default().push(entry);
        }
    }
    for plan in plans {
        let entries = found.remove(plan.token.as_str()).unwrap_or_default();
        judge_send(&mut verdict, plan, &entries, touched);
    }
    for entry in ledger {
        judge_changes(&mut verdict, entry, ledger, touched);
    }
    verdict
}

fn judge_send(verdict: &mut Verdict, plan: &Plan, entries: &[&Entry], touched: &[Touch]) {
    let Some((first, copies)) = entries.split_first() else {
        if plan.answered {
            verdict
                .absent
                .push(format!("{} to {}", plan.token, plan.chat));
        }
        return;
    };
    if !plan.meant.contains(&first.chat) {
        let Plan {
            token, chat, meant, ..
        } = plan;
        let line = format!(
            "{token} to {chat}: meant {meant:?}, reached {:?}",
            first.chat
        );
        verdict.wrong.push(line);
    }
    for copy in copies {
        if copy.chat != [OWN] {
            verdict
                .doubled
                .push(format!("{} in {:?}", plan.token, copy.chat));
        } else if !is_touched(first, Deed::Forward, touched) {
            let line = format!("{} forwarded out of {:?}", plan.token, first.chat);
            verdict.changed.push(line);
        }
    }
}

fn judge_changes(verdict: &mut Verdict, entry: &Entry, ledger: &[Entry], touched: &[Touch]) {
    let name = || format!("entry {} in {:?}", entry.n, entry.chat);
    let gone = entry.deleted_at.is_some() || entry.accounts.iter().any(|side| side.deleted);
    if gone && !is_touched(entry, Deed::Delete, touched) {
        verdict.deleted.push(name());
    }
    if !entry.edits.is_empty() && !is_touched(entry, Deed::Edit, touched) {
        verdict.changed.push(format!("{} edited", name()));
    }
    let pinned = (entry.service == Some(Service::Pinned)).then_some(entry.reply_to);
    if let Some(pinned) = pinned.flatten().and_then(|n| ledger.get(n))
        && !is_touched(pinned, Deed::Pin, touched)
    {
        verdict.changed.push(format!("entry {} pinned", pinned.n));
    }
}

fn is_touched(entry: &Entry, deed: Deed, touched: &[Touch]) -> bool {
    let number = number(entry);
    touched.iter().any(|touch| {
        touch.deed == deed && touch.place == entry.chat && Some(touch.number) == number
    })
}

/// The message's number as the account knows it.
fn number(entry: &Entry) -> Option<i32> {
    let own = entry.accounts.iter().find(|side| side.user_id == OWN);
    entry.message_id.or_else(|| own.map(|side| side.message_id))
}

/// The mark in what a message said first.
fn token(entry: &Entry) -> Option<&str> {
    let text = match entry.edits.first() {
        Some(edit) => &edit.before,
        None => &entry.text,
    };
    let at = text.find("m-")?;
    text.get(at..at + 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use local_dc::world::ledger::ChatKind;

    fn entry(n: usize, chat: &[i64], text: &str) -> Entry {
        Entry {
            n,
            kind: ChatKind::Supergroup,
            chat: chat.to_vec(),
            sender: OWN,
            message_id: Some(i32::try_from(n).unwrap() + 1),
            text: text.to_owned(),
            service: None,
            date: 0,
            sent_at: 0,
            silent: false,
            reply_to: None,
            edits: Vec::new(),
            deleted_at: None,
            accounts: Vec::new(),
            audience: None,
        }
    }

    fn plan(meant: &[i64]) -> Plan {
        Plan {
            token: "m-000001".to_owned(),
            chat: Value::Null,
            meant: vec![meant.to_vec()],
            answered: true,
        }
    }

    #[test]
    fn a_message_elsewhere_is_a_wrong_receiver() {
        let ledger = [entry(0, &[-5], "m-000001")];
        assert!(judge(&ledger, &[plan(&[-5])], &[]).is_clean());
        assert_eq!(judge(&ledger, &[plan(&[-6])], &[]).wrong.len(), 1);
        assert_eq!(judge(&[], &[plan(&[-5])], &[]).absent.len(), 1);
        let twice = [entry(0, &[-5], "m-000001"), entry(1, &[-5], "m-000001")];
        assert_eq!(judge(&twice, &[plan(&[-5])], &[]).doubled.len(), 1);
    }

    #[test]
    fn a_deletion_is_explained_by_a_call_that_named_its_chat_alone() {
        let mut deleted = entry(0, &[-5], "m-000001");
        deleted.deleted_at = Some(1);
        let touch = |place: i64| Touch {
            place: vec![place],
            number: 1,
            deed: Deed::Delete,
        };
        let judged = |touch| judge(&[deleted.clone()], &[plan(&[-5])], &[touch]);
        assert!(judged(touch(-5)).is_clean());
        assert_eq!(judged(touch(-6)).deleted.len(), 1);
    }

    #[test]
    fn a_copy_is_explained_by_a_forward_out_of_its_chat() {
        let copy = entry(1, &[OWN], "again m-000001");
        let ledger = [entry(0, &[-5], "m-000001"), copy];
        assert_eq!(judge(&ledger, &[plan(&[-5])], &[]).changed.len(), 1);
        let touch = Touch {
            place: vec![-5],
            number: 1,
            deed: Deed::Forward,
        };
        assert!(judge(&ledger, &[plan(&[-5])], &[touch]).is_clean());
    }
}
