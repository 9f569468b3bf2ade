//! The loop that writes an account's updates to the database.
//!
//! A batch's messages, peers and position commit in one transaction, and the next batch is asked
//! for only after that; nothing is skipped.

use crate::metrics as names;
use crate::model::{CapturedBatch, UtcTime};
use crate::session::crossings::Crossings;
use crate::session::known_peers::KnownPeers;
use crate::session::unreadable::read_again;
use crate::session::writer::Writer;
use crate::store::capture::Committed;
use crate::store::{self, Store};
use crate::telegram::{self, AccountRef, HubSession, Updates, Vitals};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How long a position that moved without messages may stay unwritten.
const POSITION_EVERY: Duration = Duration::from_secs(5);

/// Captures until the link fails; the error says how.
pub(super) async fn capture(
    (writer, store): (&Writer, &Store),
    session: &Arc<HubSession>,
    updates: &mut Updates,
    account: AccountRef,
    vitals: &Vitals,
    crossings: &Crossings,
) -> telegram::Error {
    if let Err(error) = read_again(writer, store, account, vitals).await {
        return telegram::Error::Storage(error.into());
    }
    let mut written = Instant::now();
    let mut known = KnownPeers::new();
    // Telegram's dates are whole seconds.
    let since = UtcTime::now().before(Duration::from_secs(1));
    loop {
        let mut batch = match updates.next(account).await {
            Ok(batch) => batch,
            Err(error) => return error,
        };
        crossings.note_moved(&updates.take_moved());
        if updates.take_look() {
            crossings.look_again.notify_one();
        }
        known.retain_news(&mut batch.peers);
        known.retain_links(&mut batch.links);
        let bare = batch.messages.is_empty()
            && batch.unreadable.is_empty()
            && batch.deletions.is_empty()
            && batch.peers.is_empty()
            && batch.links.is_empty()
            && batch.gaps.is_empty();
        if bare && (batch.position.is_none() || written.elapsed() < POSITION_EVERY) {
            session.batch_skipped();
            continue;
        }
        // What was sent before this link was made is no measure of it.
        let dates = batch.messages.iter().map(|message| message.content.sent_at);
        let newest = dates.filter(|date| *date >= since).max();
        let batch = Arc::new(batch);
        crossings.note(&batch);
        if let Err(error) = store_batch(writer, Arc::clone(&batch), vitals).await {
            return telegram::Error::Storage(error.into());
        }
        known.note_stored(&batch.peers);
        known.note_linked(&batch.links);
        session.position_written();
        written = Instant::now();
        if !bare {
            vitals.note_update(newest);
        }
        if !batch.gaps.is_empty() {
            crossings.gap_opened.notify_one();
        }
    }
}

/// Commits a batch, however long the database is away, and counts what it brought.
pub(super) async fn store_batch(
    writer: &Writer,
    batch: Arc<CapturedBatch>,
    vitals: &Vitals,
) -> Result<Committed, store::Error> {
    let committed = writer.commit(Arc::clone(&batch)).await?;
    note(&committed, vitals);
    if committed.gaps > 0 {
        for gap in &batch.gaps {
            metrics::counter!(names::GAPS_OPENED, "cause" => gap.cause.as_str()).increment(1);
        }
    }
    Ok(committed)
}

fn note(committed: &Committed, vitals: &Vitals) {
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    vitals
        .captured
        .fetch_add(count(committed.inserted), Ordering::Relaxed);
    metrics::counter!(names::MESSAGES_CAPTURED).increment(count(committed.inserted));
    metrics::counter!(names::MESSAGES_EDITED).increment(count(committed.edited));
    metrics::counter!(names::MESSAGES_DELETED).increment(count(committed.deleted));
    metrics::counter!(names::MESSAGES_DUPLICATE).increment(count(committed.duplicates));
}
