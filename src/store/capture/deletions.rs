//! Deletions: marks on stored messages, for many accounts in one statement.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::capture::{Committed, Member};
use crate::store::values::placeholders;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Timestamp};
use std::collections::HashMap;

/// One number that an account says is deleted, and the marked ids of the chats it may be in.
struct Target {
    session_id: SessionId,
    message_id: MessageId,
    lowest: ChatId,
    highest: ChatId,
    at: UtcTime,
}

#[derive(QueryableByName)]
struct Marked {
    #[diesel(sql_type = BigInt)]
    session_id: SessionId,
}

/// Targets of a statement: 5 values each, under the 32,766 that SQLite takes.
const CHUNK: usize = 500;

/// Marks what batches delete. No account may be in two of them.
pub(super) fn mark(
    conn: &mut AnyConnection,
    stage: &[Member<'_>],
    done: &mut [Committed],
) -> Result<(), Error> {
    let mut targets = Vec::new();
    let mut places = HashMap::new();
    for &(place, batch) in stage {
        for deletion in &batch.deletions {
            places.insert(batch.session_id, place);
            let (lowest, highest) = match deletion.channel {
                Some(channel) => (channel, channel),
                // Marked ids of channels lie below all others.
                None => (ChatId(ChatId::channel(0).0 + 1), ChatId(i64::MAX)),
            };
            targets.extend(deletion.message_ids.iter().map(|&message_id| Target {
                session_id: batch.session_id,
                message_id,
                lowest,
                highest,
                at: batch.captured_at,
            }));
        }
    }
    for chunk in targets.chunks(CHUNK) {
        for marked in mark_all(conn, chunk)? {
            let counts = places.get(&marked.session_id).copied();
            if let Some(counts) = counts.and_then(|place| done.get_mut(place)) {
                counts.deleted += 1;
            }
        }
    }
    Ok(())
}

/// One answer for each message that was marked now.
fn mark_all(conn: &mut AnyConnection, targets: &[Target]) -> Result<Vec<Marked>, Error> {
    let text = statement(targets.len());
    let marked: Vec<Marked> = on_backend!(conn, |c| {
        let mut query = diesel::sql_query(text).into_boxed();
        for target in targets {
            query = query
                .bind::<BigInt, _>(target.session_id)
                .bind::<Integer, _>(target.message_id)
                .bind::<BigInt, _>(target.lowest)
                .bind::<BigInt, _>(target.highest)
                .bind::<Timestamp, _>(target.at);
        }
        query.load(c)
    })?;
    Ok(marked)
}

/// The text for so many targets, which both databases take. The chat is a sum so that only the index
/// `messages_key` is left to choose, as for edits.
///
/// Sources: `UPDATE … FROM` in <https://www.sqlite.org/lang_update.html> and PostgreSQL's manual.
pub(super) fn statement(targets: usize) -> String {
    format!(
        "WITH target (session_id, message_id, lowest, highest, at) AS (VALUES {}) \
         UPDATE messages SET deleted_at = target.at FROM target \
         WHERE messages.session_id = target.session_id \
         AND messages.message_id = target.message_id \
         AND messages.chat_id + 0 BETWEEN target.lowest AND target.highest \
         AND messages.deleted_at IS NULL RETURNING messages.session_id",
        placeholders(targets, 5)
    )
}
