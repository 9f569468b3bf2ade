//! Writing what accounts have received: batches of updates, in the caller's transaction.
//!
//! It owns the order in which the parts of a group of batches become rows, so that a group leaves
//! the same rows as its batches one by one, in few statements, and so that a batch that is
//! replayed after a crash changes nothing. It must not know what Telegram's updates look like.

#[cfg(feature = "postgres-system")]
mod arrays;
mod changes;
mod columns;
mod deletions;
mod edits;
mod exported;
mod rows;
#[cfg(all(test, feature = "sqlite"))]
mod tests;
mod unreadable;

pub use exported::{Imported, import};

use crate::model::{CapturedBatch, SessionId};
use crate::store::peer_links;
use crate::store::peers;
use crate::store::update_states;
use crate::store::{AnyConnection, Error, gaps, history_intervals};
use std::collections::HashMap;

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
/// Of each batch: peers, then messages in their order, then deletions, then the position and what
/// it covers of a history. To be
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
        if let Some(coverage) = &batch.coverage {
            history_intervals::cover(conn, batch.session_id, coverage)?;
        }
    }
    Ok(done)
}

/// A batch with its place in the group.
type Member<'a> = (usize, &'a CapturedBatch);

/// Parts of the group whose messages may be stored before all of their deletions apply.
///
/// What an account deletes must not reach the messages of its later batches, so these come in the
/// next part; nor must what cannot be read come after a later version that can. Accounts have
/// nothing to do with each other. No part deletes twice for one account.
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
        let last = !batch.unreadable.is_empty() || !batch.deletions.is_empty();
        *stage += usize::from(last);
    }
    stages
}
