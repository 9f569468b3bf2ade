//! What is stored of peers already, so that those of whom nothing new is said are not written again.
//!
//! Whoever goes online is told of everybody in its chats once more. A row that is written again is
//! locked until its transaction ends, and others may be writing the account's peers.

use crate::model::{ChatId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::peers::{NewPeer, Stored};
use crate::store::schema::peers as t;
use crate::store::values::placeholders;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::BTreeMap;
use std::time::Duration;

/// By how much the instant at which something was seen last may be behind.
const RENEWED_AFTER: Duration = Duration::from_mins(10);

/// Keys of a statement that reads. For more of them PostgreSQL takes reading all for cheaper.
pub(super) const READ: usize = 100;

/// Whether what was seen then is to be noted as seen now. A clock may have been set back.
pub(super) fn is_old(seen_at: UtcTime, now: UtcTime) -> bool {
    seen_at <= now.before(RENEWED_AFTER) || seen_at > now
}

/// Leaves only the rows that say something new, and those with usernames that are to be written:
/// who takes a username from another has to hold the rows of both.
pub(super) fn retain_news(
    conn: &mut AnyConnection,
    rows: &mut BTreeMap<(SessionId, ChatId), NewPeer<'_>>,
    are_noted: impl Fn((SessionId, ChatId)) -> bool,
) -> Result<(), Error> {
    let keys: Vec<_> = rows.keys().copied().filter(|key| are_noted(*key)).collect();
    for chunk in keys.chunks(READ) {
        for old in load(conn, chunk)? {
            let key = (old.session_id, old.stored.peer_id);
            if rows.get(&key).is_some_and(|new| !old.is_renewed_by(new)) {
                rows.remove(&key);
            }
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(table_name = t)]
struct Known {
    session_id: SessionId,
    #[diesel(embed)]
    stored: Stored,
    updated_at: UtcTime,
}

impl Known {
    fn is_renewed_by(&self, new: &NewPeer<'_>) -> bool {
        let old = &self.stored;
        // Of several with one phone number, and of several that were the account itself, the one
        // that was seen last is meant.
        let ordered = new.phone.is_some()
            || old.phone.is_some()
            || new.is_self == Some(true)
            || old.is_self == Some(true);
        let texts = [
            (&new.phone, &old.phone),
            (&new.name, &old.name),
            (&new.first_name, &old.first_name),
            (&new.last_name, &old.last_name),
        ];
        // What is left out of a whole object is gone.
        let texts = texts
            .into_iter()
            .all(|(now, then)| now.as_deref() == then.as_deref() || now.is_none() && !new.whole);
        let username =
            new.username.as_deref() == old.username.as_deref() || !new.whole && !new.says_usernames;
        let same = texts
            && username
            && new.kind == old.kind
            && says_nothing_new(new.access_hash, old.access_hash)
            && says_nothing_new(new.is_bot, old.is_bot)
            && says_nothing_new(new.is_self, old.is_self)
            && says_nothing_new(new.is_broadcast, old.is_broadcast);
        ordered || !same || is_old(self.updated_at, new.updated_at)
    }
}

fn says_nothing_new<T: PartialEq + Copy>(new: Option<T>, old: Option<T>) -> bool {
    new.is_none() || new == old
}

/// The text that asks for so many peers.
pub(in crate::store) fn statement(peers: usize) -> String {
    format!(
        "WITH target (session_id, peer_id) AS (VALUES {}) \
         SELECT peers.session_id, peers.peer_id, peers.kind, peers.access_hash, peers.username, \
         peers.phone, peers.name, peers.first_name, peers.last_name, peers.is_bot, peers.is_self, \
         peers.is_broadcast, peers.updated_at FROM target CROSS JOIN peers \
         WHERE peers.session_id = target.session_id AND peers.peer_id = target.peer_id",
        placeholders(peers, 2)
    )
}

fn load(conn: &mut AnyConnection, keys: &[(SessionId, ChatId)]) -> Result<Vec<Known>, Error> {
    let text = statement(keys.len());
    Ok(on_backend!(conn, |c| {
        let mut query = diesel::sql_query(text).into_boxed();
        for (session_id, peer_id) in keys {
            query = query
                .bind::<BigInt, _>(session_id)
                .bind::<BigInt, _>(peer_id);
        }
        query.load(c)
    })?)
}
