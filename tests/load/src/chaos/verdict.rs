//! The comparison of the data centre's ledger with the hub's database, message by message.
//!
//! Owns the rules of what counts as lost, doubled and wrong. Missing rows have one excuse, the
//! deletion that nobody was told of (see [`super::journal`]); everything else is a fault.

use super::journal::{Journal, Shadows};
use super::traffic::number;
use crate::database::{MessageRow, RevisionRow};
use crate::fleet::Member;
use local_dc::world::ledger::{Entry, Witness};
use std::collections::{HashMap, HashSet};

/// What is wrong with a row, or with its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finding {
    /// There is no row, and no excuse.
    Lost,
    /// A text or an earlier text stands there twice.
    Doubled,
    /// The row has another text, sender or chat than the message.
    WrongText,
    /// The sender is another one.
    WrongSender,
    /// The message is deleted and the row is not marked, or the other way round.
    WrongDeletion,
    /// An earlier text that the message never had.
    WrongRevision,
    /// A row that no message of the ledger belongs to.
    Unknown,
}

/// What the comparison has found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Messages in the ledger.
    pub sent: usize,
    /// Rows that there should be, one for each account that must have seen a message.
    pub expected: usize,
    /// Rows that there are.
    pub captured: usize,
    /// Messages deleted before the account could see them; Telegram tells nobody of those.
    pub unseen: usize,
    /// Everything that is wrong, each with a line that says what.
    pub findings: Vec<(Finding, String)>,
    /// Microseconds from the sending of each message to its row, ascending.
    pub delays: Vec<i64>,
}

impl Verdict {
    /// How many findings of these kinds there are.
    pub fn count(&self, kinds: &[Finding]) -> usize {
        let found = self.findings.iter();
        found.filter(|(kind, _)| kinds.contains(kind)).count()
    }

    /// The delay that `share` of all messages stay within, in microseconds.
    pub fn delay(&self, share: f64) -> i64 {
        crate::figures::quantile(&self.delays, share)
    }
}

type Place = (i64, i64, i32);

struct Comparison<'a> {
    members: HashMap<i64, (usize, &'a Member)>,
    rows: HashMap<Place, &'a MessageRow>,
    shadows: Vec<Shadows>,
    journal: &'a Journal,
    verdict: Verdict,
}

/// Compares everything.
pub(super) fn compare(
    ledger: &[Entry],
    members: &[Member],
    rows: &[MessageRow],
    revisions: &[RevisionRow],
    journal: &Journal,
) -> Verdict {
    let by_user = members.iter().enumerate();
    let mut comparison = Comparison {
        members: by_user
            .map(|(index, member)| (member.user_id, (index, member)))
            .collect(),
        rows: rows
            .iter()
            .map(|row| ((row.session_id, row.chat_id, row.message_id), row))
            .collect(),
        shadows: shadows(members, rows, journal),
        journal,
        verdict: Verdict {
            sent: ledger.len(),
            captured: rows.len(),
            ..Verdict::default()
        },
    };
    let mut versions = HashMap::new();
    for entry in ledger {
        comparison.entry(entry, &mut versions);
    }
    comparison.strangers(&versions);
    comparison.revisions(revisions, &versions);
    comparison.doubles(rows);
    comparison.verdict.delays.sort_unstable();
    comparison.verdict
}

/// The texts that each row's message has had, the newest last.
type Versions<'a> = HashMap<i64, Vec<&'a str>>;

impl<'a> Comparison<'a> {
    fn find(&mut self, kind: Finding, what: String) {
        self.verdict.findings.push((kind, what));
    }

    fn entry(&mut self, entry: &'a Entry, versions: &mut Versions<'a>) {
        for witness in &entry.accounts {
            let Some(&(index, member)) = self.members.get(&witness.user_id) else {
                continue;
            };
            self.verdict.expected += 1;
            let place = (member.session.0, witness.peer_id, witness.message_id);
            let Some(row) = self.rows.remove(&place) else {
                self.missing(entry, witness, index);
                continue;
            };
            let mut texts: Vec<&str> = entry.edits.iter().map(|edit| &*edit.before).collect();
            texts.push(&entry.text);
            self.row(entry, witness, index, row, &texts);
            versions.insert(row.id, texts);
        }
    }

    fn missing(&mut self, entry: &Entry, witness: &Witness, index: usize) {
        let times = number(&entry.text).and_then(|number| self.journal.times.get(&number));
        let excused = witness.deleted
            && times.is_some_and(|times| {
                let deleted = times.deleted.unwrap_or(i64::MIN);
                self.shadows[index].cover(times.posted, deleted)
            });
        if excused {
            self.verdict.unseen += 1;
        } else {
            let deleted = if witness.deleted { ", deleted" } else { "" };
            let what = format!("{}{deleted}: {}", name(witness), brief(&entry.text));
            self.find(Finding::Lost, what);
        }
    }

    fn row(
        &mut self,
        entry: &Entry,
        witness: &Witness,
        index: usize,
        row: &MessageRow,
        texts: &[&str],
    ) {
        let times = number(&entry.text).and_then(|number| self.journal.times.get(&number));
        if let Some(times) = times {
            let delay = row.captured_at.as_micros() - times.posted;
            self.verdict.delays.push(delay);
        }
        if row.text != entry.text {
            // The last edits of a message that was deleted meanwhile are told to nobody either.
            let shadowed = times.is_some_and(|times| {
                let edited = times.edited.first().copied().unwrap_or(i64::MAX);
                let deleted = times.deleted.unwrap_or(i64::MIN);
                witness.deleted && self.shadows[index].cover(edited, deleted)
            });
            if !shadowed || !texts.contains(&&*row.text) {
                let (has, had) = (brief(&row.text), brief(&entry.text));
                let what = format!("{}: has `{has}`, should be `{had}`", name(witness));
                self.find(Finding::WrongText, what);
            }
        }
        if row.sender_id != Some(entry.sender) {
            let what = format!(
                "{}: {:?} for {}",
                name(witness),
                row.sender_id,
                entry.sender
            );
            self.find(Finding::WrongSender, what);
        }
        if row.deleted_at.is_some() != witness.deleted {
            let what = format!("{}: deleted {}", name(witness), witness.deleted);
            self.find(Finding::WrongDeletion, what);
        }
    }

    /// What is left over belongs to no message.
    fn strangers(&mut self, versions: &Versions<'_>) {
        let rest: Vec<String> = self
            .rows
            .values()
            .filter(|row| !versions.contains_key(&row.id))
            .map(|row| {
                let (session, chat, id) = (row.session_id, row.chat_id, row.message_id);
                format!("session {session}, chat {chat}, message {id}")
            })
            .collect();
        for what in rest {
            self.find(Finding::Unknown, what);
        }
    }

    fn revisions(&mut self, revisions: &[RevisionRow], versions: &Versions<'_>) {
        let mut seen = HashSet::new();
        for revision in revisions {
            let text = brief(&revision.text);
            if !seen.insert((revision.message_row, &revision.text)) {
                self.find(Finding::Doubled, format!("the earlier text `{text}`"));
            }
            let texts = versions.get(&revision.message_row);
            let earlier = texts.is_some_and(|texts| {
                let (_, earlier) = texts.split_last().unwrap_or((&"", &[]));
                earlier.contains(&&*revision.text)
            });
            if !earlier {
                self.find(Finding::WrongRevision, format!("the earlier text `{text}`"));
            }
        }
    }

    /// Every text names its message, so that one account has it once.
    fn doubles(&mut self, rows: &[MessageRow]) {
        let mut seen = HashSet::new();
        for row in rows {
            let Some(number) = number(&row.text) else {
                continue;
            };
            if !seen.insert((row.session_id, number)) {
                let what = format!("session {}: `{}`", row.session_id, brief(&row.text));
                self.find(Finding::Doubled, what);
            }
        }
    }
}

fn shadows(members: &[Member], rows: &[MessageRow], journal: &Journal) -> Vec<Shadows> {
    let mut captured: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
    for row in rows {
        let times = number(&row.text).and_then(|number| journal.times.get(&number));
        if let Some(times) = times {
            let seen = (times.posted, row.captured_at.as_micros());
            captured.entry(row.session_id).or_default().push(seen);
        }
    }
    members
        .iter()
        .enumerate()
        .map(|(index, member)| {
            let mut captured = captured.remove(&member.session.0).unwrap_or_default();
            captured.sort_unstable();
            Shadows::new(journal, index, &captured)
        })
        .collect()
}

fn name(witness: &Witness) -> String {
    let Witness {
        phone,
        peer_id,
        message_id,
        ..
    } = witness;
    format!("{phone}, chat {peer_id}, message {message_id}")
}

/// The start of a text on one line: its number and version.
fn brief(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    words.join(" ")
}
