//! What leads on from a peer: the supergroup that a basic group has become, and the message in
//! which somebody without an access hash was seen last.
//!
//! One row for each peer that has either; the later message takes the place of the earlier one.
//! Sources: <https://core.telegram.org/api/channel#migration>, <https://core.telegram.org/api/min>.

use crate::model::{ChatId, Lead, MessageId, PeerLink, Seen, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::coalesce;
use crate::store::schema::peer_links as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct Row {
    session_id: SessionId,
    peer_id: ChatId,
    migrated_to: Option<ChatId>,
    asked_at: Option<UtcTime>,
    seen_chat: Option<ChatId>,
    seen_message: Option<MessageId>,
}

/// Rows of a statement: 6 values each, far under the 32,766 that SQLite takes.
const CHUNK: usize = 500;

/// Stores links of any accounts, the later of two of one peer winning; what none says stays.
pub fn put(
    conn: &mut AnyConnection,
    links: impl IntoIterator<Item = (SessionId, PeerLink)>,
) -> Result<(), Error> {
    // PostgreSQL refuses a statement that touches one row twice.
    let mut rows: BTreeMap<(SessionId, ChatId), Row> = BTreeMap::new();
    for (session_id, link) in links {
        let peer_id = link.peer;
        let row = rows.entry((session_id, peer_id)).or_insert(Row {
            session_id,
            peer_id,
            migrated_to: None,
            asked_at: None,
            seen_chat: None,
            seen_message: None,
        });
        match link.leads {
            Lead::Supergroup(to) => row.migrated_to = Some(to),
            Lead::Asked(at) => row.asked_at = Some(at),
            Lead::Message(seen) => {
                row.seen_chat = Some(seen.chat);
                row.seen_message = Some(seen.message);
            }
        }
    }
    let rows: Vec<Row> = rows.into_values().collect();
    for chunk in rows.chunks(CHUNK) {
        let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
            .values(chunk)
            .on_conflict((t::session_id, t::peer_id))
            .do_update()
            .set((
                t::migrated_to.eq(coalesce(excluded(t::migrated_to), t::migrated_to)),
                t::asked_at.eq(coalesce(excluded(t::asked_at), t::asked_at)),
                t::seen_chat.eq(coalesce(excluded(t::seen_chat), t::seen_chat)),
                t::seen_message.eq(coalesce(excluded(t::seen_message), t::seen_message)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// The supergroup that a basic group has become, and when Telegram was last asked about the group.
pub fn group(
    conn: &mut AnyConnection,
    session_id: SessionId,
    group: ChatId,
) -> Result<(Option<ChatId>, Option<UtcTime>), Error> {
    let found = t::table
        .find((session_id, group))
        .select((t::migrated_to, t::asked_at))
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The basic group that has become a supergroup.
pub fn former(
    conn: &mut AnyConnection,
    session_id: SessionId,
    supergroup: ChatId,
) -> Result<Option<ChatId>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::migrated_to.eq(supergroup))
        .select(t::peer_id)
        .first(conn)
        .optional()?)
}

/// Where a peer was seen last.
pub fn seen(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peer: ChatId,
) -> Result<Option<Seen>, Error> {
    let found: Option<(Option<ChatId>, Option<MessageId>)> = t::table
        .find((session_id, peer))
        .select((t::seen_chat, t::seen_message))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(chat, message)| {
        Some(Seen {
            chat: chat?,
            message: message?,
        })
    }))
}
