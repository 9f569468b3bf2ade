//! The comparison of the data centre's ledger with the hub's database, message by message.
//!
//! Owns the rules of what counts as lost, doubled and wrong. What is missing has one excuse, that
//! nobody can be told of it any more (see [`super::journal`]); everything else is a fault.

use super::expectation::{Expectation, Place, brief, channel_places, expectations, is_traffic};
use super::journal::{Disturbance, Shadows, stopped};
use super::traffic::number;
use crate::database::{MessageRow, RevisionRow};
use crate::fleet::Member;
use local_dc::dc::Dc;
use local_dc::world::ledger::Entry;
use std::collections::{HashMap, HashSet};

/// What is wrong with a row, or with its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finding {
    /// There is no row, and no excuse.
    Lost,
    /// A text or an earlier text stands there twice.
    Doubled,
    /// The row has another text than the message.
    WrongText,
    /// The sender is another one.
    WrongSender,
    /// The row is a service message and the message none, or the other way round.
    WrongKind,
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
    /// Messages in the ledger since the hub came online, service messages included.
    pub sent: usize,
    /// Rows that there should be, one for each account that must have seen a message.
    pub expected: usize,
    /// Those of them that there are.
    pub captured: usize,
    /// Messages deleted before the account could see them; Telegram tells nobody of those.
    pub unseen: usize,
    /// Everything that is wrong, each with a line that says what.
    pub findings: Vec<(Finding, String)>,
    /// Microseconds from the sending of each message to its row, ascending.
    pub delays: Vec<i64>,
    /// The same, of rows that no fault of their own account lay over.
    pub calm: Vec<i64>,
    /// The same, less the time for which the hub or its database was kept from running.
    pub running: Vec<i64>,
    /// A line for each row that came later than five seconds.
    pub late: Vec<String>,
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

    fn find(&mut self, kind: Finding, what: String) {
        self.findings.push((kind, what));
    }
}

/// A row that comes later than this is written down, in microseconds.
const LATE: i64 = 5_000_000;

/// Of a push that cannot be read nothing is left but that it came. Who asks what it was may find
/// the message gone that was deleted within so many microseconds.
const UNREAD: i64 = 2_000_000;

/// What is compared.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) dc: &'a Dc,
    pub(super) ledger: &'a [Entry],
    /// Messages of the ledger from before the hub was online; it may have them and need not.
    pub(super) before: usize,
    pub(super) fleet: &'a [Member],
    pub(super) rows: &'a [MessageRow],
    pub(super) revisions: &'a [RevisionRow],
    pub(super) faults: &'a [Disturbance],
    /// The numbers of messages whose pushes nobody can read, ascending.
    pub(super) unreadable: &'a [usize],
    /// When each row could first be read, in microseconds since 1970, by its number.
    pub(super) appeared: &'a HashMap<i64, i64>,
}

type Matched<'a> = (Expectation<'a>, Option<&'a MessageRow>);

/// Compares everything.
pub(super) fn compare(evidence: &Evidence<'_>) -> Verdict {
    let mut rows: HashMap<Place, &MessageRow> = evidence
        .rows
        .iter()
        .map(|row| ((row.session_id, row.chat_id, row.message_id), row))
        .collect();
    let expected = expectations(evidence.dc, evidence.ledger, evidence.fleet);
    let matched: Vec<Matched<'_>> = expected
        .into_iter()
        .map(|expectation| (expectation, rows.remove(&expectation.place)))
        .filter(|(expectation, row)| row.is_some() || expectation.entry.n >= evidence.before)
        .collect();
    let mut verdict = Verdict {
        sent: evidence.ledger.len() - evidence.before,
        expected: matched.len(),
        captured: matched.iter().filter(|(_, row)| row.is_some()).count(),
        ..Verdict::default()
    };
    let shadows = shadows(evidence, &matched);
    for (expectation, row) in &matched {
        let shadows = &shadows[&(expectation.account, expectation.sequence())];
        match row {
            Some(row) => judge_row(&mut verdict, evidence, expectation, row, shadows),
            None => judge_absence(&mut verdict, evidence, expectation, shadows),
        }
    }
    judge_strangers(&mut verdict, evidence, &rows);
    judge_revisions(&mut verdict, evidence, &matched);
    judge_doubles(&mut verdict, evidence);
    verdict.delays.sort_unstable();
    verdict.calm.sort_unstable();
    verdict.running.sort_unstable();
    verdict
}

/// Faults lie over each sequence of updates by itself: a channel that nobody writes in stays in
/// the shadow when the account's own updates flow again.
fn shadows(evidence: &Evidence<'_>, matched: &[Matched<'_>]) -> HashMap<(usize, i64), Shadows> {
    let mut captured: HashMap<(usize, i64), Vec<(i64, i64)>> = HashMap::new();
    for (expectation, row) in matched {
        let key = (expectation.account, expectation.sequence());
        let seen = captured.entry(key).or_default();
        seen.extend(row.map(|row| (expectation.entry.sent_at, row.captured_at.as_micros())));
    }
    captured
        .into_iter()
        .map(|(key, mut seen)| {
            seen.sort_unstable();
            let shadows = Shadows::new(evidence.faults, key.0, key.1, &seen);
            (key, shadows)
        })
        .collect()
}

fn judge_absence(
    verdict: &mut Verdict,
    evidence: &Evidence<'_>,
    expectation: &Expectation<'_>,
    shadows: &Shadows,
) {
    let told = expectation.entry.sent_at;
    let number = number(&expectation.entry.text);
    let is_unreadable =
        number.is_some_and(|number| evidence.unreadable.binary_search(&number).is_ok());
    let hidden = expectation
        .gone()
        .is_some_and(|gone| shadows.hide(told, gone) || is_unreadable && gone - told < UNREAD);
    if hidden || shadows.precede(told) {
        verdict.unseen += 1;
    } else {
        verdict.find(Finding::Lost, expectation.describe(evidence.fleet));
    }
}

fn judge_row(
    verdict: &mut Verdict,
    evidence: &Evidence<'_>,
    expectation: &Expectation<'_>,
    row: &MessageRow,
    shadows: &Shadows,
) {
    let entry = expectation.entry;
    if is_traffic(entry) {
        let captured = row.captured_at.as_micros();
        let appeared = evidence.appeared.get(&row.id).copied();
        let appeared = appeared.unwrap_or(captured);
        let delay = appeared - entry.sent_at;
        let calm = !shadows.strike_alone(entry.sent_at);
        verdict.delays.push(delay);
        if calm {
            verdict.calm.push(delay);
            let stopped = stopped(evidence.faults, entry.sent_at, appeared);
            verdict.running.push(delay - stopped);
        }
        if delay > LATE {
            let (what, written) = (expectation.describe(evidence.fleet), row.captured_at);
            let line = format!("{delay} us, calm {calm}, written {written}: {what}\n");
            verdict.late.push(line);
        }
    }
    let what = || expectation.describe(evidence.fleet);
    if row.text != entry.text && !missed_edit(expectation, row, shadows) {
        let has = brief(&row.text);
        verdict.find(
            Finding::WrongText,
            format!("{}, and the row has `{has}`", what()),
        );
    }
    if !expectation.allows_sender(row.sender_id) {
        let (has, is) = (row.sender_id, entry.sender);
        verdict.find(
            Finding::WrongSender,
            format!("{}: {has:?}, not {is}", what()),
        );
    }
    if row.service.is_some() != entry.service.is_some() {
        verdict.find(Finding::WrongKind, what());
    }
    if row.deleted_at.is_some() != expectation.deleted {
        verdict.find(Finding::WrongDeletion, what());
    }
}

/// The last edits of a message that was deleted afterwards are told to nobody either.
fn missed_edit(expectation: &Expectation<'_>, row: &MessageRow, shadows: &Shadows) -> bool {
    let told = expectation.first_unseen(&row.text);
    let gone = expectation.gone();
    told.zip(gone)
        .is_some_and(|(told, gone)| shadows.hide(told, gone))
}

/// What is left over belongs to no message, unless a member who came later has read a channel's
/// history; such a row must be right too.
fn judge_strangers(
    verdict: &mut Verdict,
    evidence: &Evidence<'_>,
    rows: &HashMap<Place, &MessageRow>,
) {
    let channels = channel_places(evidence.ledger);
    let places = evidence.fleet.iter().enumerate();
    let accounts: HashMap<i64, usize> = places
        .map(|(account, member)| (member.session.0, account))
        .collect();
    for (place, row) in rows {
        let (session, chat, id) = *place;
        let entry = channels.get(&(chat, id));
        let read = entry
            .zip(accounts.get(&session))
            .map(|(entry, account)| Expectation {
                entry,
                account: *account,
                place: *place,
                deleted: entry.deleted_at.is_some(),
            });
        if !read.is_some_and(|read| may_have_read(&read, row)) {
            let text = brief(&row.text);
            let what = format!("session {session}, chat {chat}, message {id}: `{text}`");
            verdict.find(Finding::Unknown, what);
        }
    }
}

/// Whether a row from before the account's time in the channel, or from its absence, is as the
/// account could read it.
fn may_have_read(read: &Expectation<'_>, row: &MessageRow) -> bool {
    let known =
        row.text == read.entry.text || read.deleted && read.first_unseen(&row.text).is_some();
    known && row.deleted_at.is_some() == read.deleted
}

fn judge_revisions(verdict: &mut Verdict, evidence: &Evidence<'_>, matched: &[Matched<'_>]) {
    let by_row: HashMap<i64, &Expectation<'_>> = matched
        .iter()
        .filter_map(|(expectation, row)| row.map(|row| (row.id, expectation)))
        .collect();
    let mut seen = HashSet::new();
    for revision in evidence.revisions {
        let Some(expectation) = by_row.get(&revision.message_row) else {
            continue;
        };
        let what = || {
            let text = brief(&revision.text);
            format!("{}: `{text}`", expectation.describe(evidence.fleet))
        };
        if !seen.insert((revision.message_row, &revision.text)) {
            verdict.find(Finding::Doubled, what());
        }
        let mut earlier = expectation.entry.edits.iter();
        if !earlier.any(|edit| edit.before == revision.text) {
            verdict.find(Finding::WrongRevision, what());
        }
    }
}

/// Every text names its message, so that one account has it once.
fn judge_doubles(verdict: &mut Verdict, evidence: &Evidence<'_>) {
    let mut seen = HashSet::new();
    for row in evidence.rows {
        let Some(number) = number(&row.text) else {
            continue;
        };
        if !seen.insert((row.session_id, number)) {
            let what = format!("session {}: `{}`", row.session_id, brief(&row.text));
            verdict.find(Finding::Doubled, what);
        }
    }
}

#[cfg(test)]
mod tests;
