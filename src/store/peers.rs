//! The table of peers: users, groups and channels that an account can address.
//!
//! It owns access hashes and the names by which peers are found. An access hash is good for one
//! account only (<https://core.telegram.org/api/peers>), so every row belongs to one.

#![expect(
    single_use_lifetimes,
    reason = "`Insertable` writes an implementation that names its lifetime once"
)]

use crate::model::{ChatId, ChatKind, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::{coalesce, storable};
use crate::store::schema::peers as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A peer as one account knows it. `None` means unknown, and unknown never erases what is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct PeerRow {
    /// Its marked id.
    pub peer_id: ChatId,
    /// What it is.
    pub kind: ChatKind,
    /// What Telegram wants beside the id; basic groups have none.
    pub access_hash: Option<i64>,
    /// Its username without `@`, as its owner spells it.
    pub username: Option<String>,
    /// Its phone number, digits only.
    pub phone: Option<String>,
    /// The name to show: first and last name, or the title.
    pub name: Option<String>,
    /// A user's first name.
    pub first_name: Option<String>,
    /// A user's last name.
    pub last_name: Option<String>,
    /// Whether a user is a bot.
    pub is_bot: Option<bool>,
    /// Whether it is the account itself.
    pub is_self: Option<bool>,
    /// Whether a channel is a broadcast channel and no supergroup.
    pub is_broadcast: Option<bool>,
}

impl PeerRow {
    /// A peer of which nothing is known but its id.
    pub const fn new(peer_id: ChatId) -> Self {
        Self {
            peer_id,
            kind: peer_id.kind(),
            access_hash: None,
            username: None,
            phone: None,
            name: None,
            first_name: None,
            last_name: None,
            is_bot: None,
            is_self: None,
            is_broadcast: None,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct NewPeer<'a> {
    session_id: SessionId,
    peer_id: ChatId,
    kind: ChatKind,
    access_hash: Option<i64>,
    username: Option<Cow<'a, str>>,
    username_folded: Option<String>,
    phone: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    first_name: Option<Cow<'a, str>>,
    last_name: Option<Cow<'a, str>>,
    is_bot: Option<bool>,
    is_self: Option<bool>,
    is_broadcast: Option<bool>,
    updated_at: UtcTime,
}

impl<'a> NewPeer<'a> {
    fn new(session_id: SessionId, peer: &'a PeerRow, now: UtcTime) -> Self {
        let text = |field: &'a Option<String>| field.as_deref().map(storable);
        Self {
            session_id,
            peer_id: peer.peer_id,
            kind: peer.kind,
            access_hash: peer.access_hash,
            username: text(&peer.username),
            username_folded: peer
                .username
                .as_deref()
                .map(|name| storable(name).to_lowercase()),
            phone: text(&peer.phone),
            name: text(&peer.name),
            first_name: text(&peer.first_name),
            last_name: text(&peer.last_name),
            is_bot: peer.is_bot,
            is_self: peer.is_self,
            is_broadcast: peer.is_broadcast,
            updated_at: now,
        }
    }

    /// Takes over what a later row of the same peer knows.
    fn merge(&mut self, later: Self) {
        self.kind = later.kind;
        self.access_hash = later.access_hash.or(self.access_hash);
        if later.username.is_some() {
            self.username = later.username;
            self.username_folded = later.username_folded;
        }
        self.phone = later.phone.or_else(|| self.phone.take());
        self.name = later.name.or_else(|| self.name.take());
        self.first_name = later.first_name.or_else(|| self.first_name.take());
        self.last_name = later.last_name.or_else(|| self.last_name.take());
        self.is_bot = later.is_bot.or(self.is_bot);
        self.is_self = later.is_self.or(self.is_self);
        self.is_broadcast = later.is_broadcast.or(self.is_broadcast);
        self.updated_at = later.updated_at;
    }
}

/// Rows of a statement: 14 values each, far under the 32,766 that SQLite takes.
const CHUNK: usize = 500;

/// Stores peers of one account, the later of two rows of one peer winning.
pub fn upsert_many(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peers: &[PeerRow],
    now: UtcTime,
) -> Result<(), Error> {
    upsert_group(conn, peers.iter().map(|peer| (session_id, peer, now)))
}

/// Stores peers of any accounts, each with the instant at which it was seen, in their order.
pub(super) fn upsert_group<'a>(
    conn: &mut AnyConnection,
    peers: impl IntoIterator<Item = (SessionId, &'a PeerRow, UtcTime)>,
) -> Result<(), Error> {
    // PostgreSQL refuses a statement that touches one row twice.
    let mut rows: BTreeMap<(SessionId, ChatId), NewPeer<'a>> = BTreeMap::new();
    for (session_id, peer, now) in peers {
        let new = NewPeer::new(session_id, peer, now);
        match rows.entry((session_id, peer.peer_id)) {
            Entry::Occupied(mut row) => row.get_mut().merge(new),
            Entry::Vacant(place) => {
                place.insert(new);
            }
        }
    }
    let rows: Vec<NewPeer<'_>> = rows.into_values().collect();
    for chunk in rows.chunks(CHUNK) {
        upsert(conn, chunk)?;
    }
    Ok(())
}

fn upsert(conn: &mut AnyConnection, rows: &[NewPeer<'_>]) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values(rows)
        .on_conflict((t::session_id, t::peer_id))
        .do_update()
        .set((
            t::kind.eq(excluded(t::kind)),
            t::access_hash.eq(coalesce(excluded(t::access_hash), t::access_hash)),
            t::username.eq(coalesce(excluded(t::username), t::username)),
            t::username_folded.eq(coalesce(excluded(t::username_folded), t::username_folded)),
            t::phone.eq(coalesce(excluded(t::phone), t::phone)),
            t::name.eq(coalesce(excluded(t::name), t::name)),
            t::first_name.eq(coalesce(excluded(t::first_name), t::first_name)),
            t::last_name.eq(coalesce(excluded(t::last_name), t::last_name)),
            t::is_bot.eq(coalesce(excluded(t::is_bot), t::is_bot)),
            t::is_self.eq(coalesce(excluded(t::is_self), t::is_self)),
            t::is_broadcast.eq(coalesce(excluded(t::is_broadcast), t::is_broadcast)),
            t::updated_at.eq(excluded(t::updated_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// The peer of that id.
pub fn get(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peer_id: ChatId,
) -> Result<Option<PeerRow>, Error> {
    Ok(t::table
        .find((session_id, peer_id))
        .select(PeerRow::as_select())
        .first(conn)
        .optional()?)
}

/// The peer of that username in any spelling; of several, the one seen last.
pub fn by_username(
    conn: &mut AnyConnection,
    session_id: SessionId,
    username: &str,
) -> Result<Option<PeerRow>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::username_folded.eq(storable(username).to_lowercase()))
        .order((t::updated_at.desc(), t::peer_id))
        .select(PeerRow::as_select())
        .first(conn)
        .optional()?)
}

/// The peer of that phone number, digits only; of several, the one seen last.
pub fn by_phone(
    conn: &mut AnyConnection,
    session_id: SessionId,
    phone: &str,
) -> Result<Option<PeerRow>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::phone.eq(storable(phone)))
        .order((t::updated_at.desc(), t::peer_id))
        .select(PeerRow::as_select())
        .first(conn)
        .optional()?)
}

/// The account itself.
pub fn self_peer(
    conn: &mut AnyConnection,
    session_id: SessionId,
) -> Result<Option<PeerRow>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::is_self.eq(true))
        .order((t::updated_at.desc(), t::peer_id))
        .select(PeerRow::as_select())
        .first(conn)
        .optional()?)
}

/// Every peer of the account, ordered by marked id.
pub fn list(conn: &mut AnyConnection, session_id: SessionId) -> Result<Vec<PeerRow>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .order(t::peer_id)
        .select(PeerRow::as_select())
        .load(conn)?)
}

/// Forgets every peer of the account.
pub fn delete_all(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    diesel::delete(t::table.filter(t::session_id.eq(session_id))).execute(conn)?;
    Ok(())
}
