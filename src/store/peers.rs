//! The table of peers: users, groups and channels that an account can address.
//!
//! It owns access hashes and the names by which peers are found. An access hash is good for one
//! account only (<https://core.telegram.org/api/peers>), so every row belongs to one.

#![expect(
    single_use_lifetimes,
    reason = "`Insertable` writes an implementation that names its lifetime once"
)]

pub(in crate::store) mod known;
pub mod usernames;

use crate::model::{ChatId, ChatKind, Peer, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::{coalesce, storable};
use crate::store::schema::peers as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use usernames::Claims;

/// A row of the table.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = t)]
struct Stored {
    peer_id: ChatId,
    kind: ChatKind,
    access_hash: Option<i64>,
    username: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    is_bot: Option<bool>,
    is_self: Option<bool>,
    is_broadcast: Option<bool>,
}

impl From<Stored> for Peer {
    fn from(row: Stored) -> Self {
        Self {
            peer_id: row.peer_id,
            kind: row.kind,
            access_hash: row.access_hash,
            username: row.username,
            usernames: None,
            whole: false,
            phone: row.phone,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            is_bot: row.is_bot,
            is_self: row.is_self,
            is_broadcast: row.is_broadcast,
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
    phone: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    first_name: Option<Cow<'a, str>>,
    last_name: Option<Cow<'a, str>>,
    is_bot: Option<bool>,
    is_self: Option<bool>,
    is_broadcast: Option<bool>,
    updated_at: UtcTime,
    #[diesel(skip_insertion)]
    whole: bool,
    /// Whether the source says which usernames there are.
    #[diesel(skip_insertion)]
    says_usernames: bool,
}

impl<'a> NewPeer<'a> {
    fn new(session_id: SessionId, peer: &'a Peer, now: UtcTime) -> Self {
        let text = |field: &'a Option<String>| field.as_deref().map(storable);
        Self {
            session_id,
            peer_id: peer.peer_id,
            kind: peer.kind,
            access_hash: peer.access_hash,
            username: peer
                .usernames
                .as_ref()
                .and_then(|names| names.first())
                .map(|name| storable(name)),
            phone: text(&peer.phone),
            name: text(&peer.name),
            first_name: text(&peer.first_name),
            last_name: text(&peer.last_name),
            is_bot: peer.is_bot,
            is_self: peer.is_self,
            is_broadcast: peer.is_broadcast,
            updated_at: now,
            whole: peer.whole,
            says_usernames: peer.usernames.is_some(),
        }
    }

    /// Takes over what a later row of the same peer knows.
    fn merge(&mut self, later: Self) {
        self.kind = later.kind;
        self.access_hash = later.access_hash.or(self.access_hash);
        if later.says_usernames {
            self.username = later.username;
            self.says_usernames = true;
        }
        if later.whole {
            self.phone = later.phone;
            self.name = later.name;
            self.first_name = later.first_name;
            self.last_name = later.last_name;
            self.whole = true;
        } else {
            self.phone = later.phone.or_else(|| self.phone.take());
            self.name = later.name.or_else(|| self.name.take());
            self.first_name = later.first_name.or_else(|| self.first_name.take());
            self.last_name = later.last_name.or_else(|| self.last_name.take());
        }
        self.is_bot = later.is_bot.or(self.is_bot);
        self.is_self = later.is_self.or(self.is_self);
        self.is_broadcast = later.is_broadcast.or(self.is_broadcast);
        self.updated_at = later.updated_at;
    }
}

/// Rows of a statement: 13 values each, far under the 32,766 that SQLite takes.
const CHUNK: usize = 500;

/// Stores peers of one account, the later of two rows of one peer winning.
pub fn upsert_many(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peers: &[Peer],
    now: UtcTime,
) -> Result<(), Error> {
    upsert_group(conn, peers.iter().map(|peer| (session_id, peer, now)))
}

/// Stores peers of any accounts, each with the instant at which it was seen, in their order. The
/// instant of one of whom nothing new is said may stay some minutes behind.
pub(super) fn upsert_group<'a>(
    conn: &mut AnyConnection,
    peers: impl IntoIterator<Item = (SessionId, &'a Peer, UtcTime)>,
) -> Result<(), Error> {
    // PostgreSQL refuses a statement that touches one row twice.
    let mut rows: BTreeMap<(SessionId, ChatId), NewPeer<'a>> = BTreeMap::new();
    let mut claims = Claims::default();
    for (session_id, peer, now) in peers {
        if let Some(usernames) = &peer.usernames {
            claims.say(session_id, peer.peer_id, usernames, now);
        }
        let new = NewPeer::new(session_id, peer, now);
        match rows.entry((session_id, peer.peer_id)) {
            Entry::Occupied(mut row) => row.get_mut().merge(new),
            Entry::Vacant(place) => {
                place.insert(new);
            }
        }
    }
    for ((session_id, peer), row) in &mut rows {
        row.username = row
            .username
            .take()
            .filter(|name| claims.belongs(*session_id, *peer, name));
    }
    let noted = claims.noted(conn)?;
    known::retain_news(conn, &mut rows, |peer| claims.are_noted(peer, &noted))?;
    let rows = rows.into_values();
    let (whole, partial): (Vec<_>, Vec<_>) = rows.partition(|row| row.whole);
    for chunk in whole.chunks(CHUNK) {
        replace(conn, chunk)?;
    }
    for chunk in partial.chunks(CHUNK) {
        amend(conn, chunk)?;
    }
    for row in partial {
        // Whoever says which usernames there are shows no earlier one, though only some be left.
        if row.says_usernames && row.username.is_none() {
            usernames::show_none(conn, row.session_id, row.peer_id)?;
        }
    }
    claims.settle(conn, &noted)
}

/// Stores peers of which all is said: what is left out is forgotten. An access hash is kept, as it
/// is no property of the peer, and whole objects of the account itself may come without.
fn replace(conn: &mut AnyConnection, rows: &[NewPeer<'_>]) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values(rows)
        .on_conflict((t::session_id, t::peer_id))
        .do_update()
        .set((
            t::kind.eq(excluded(t::kind)),
            t::access_hash.eq(coalesce(excluded(t::access_hash), t::access_hash)),
            t::username.eq(excluded(t::username)),
            t::phone.eq(excluded(t::phone)),
            t::name.eq(excluded(t::name)),
            t::first_name.eq(excluded(t::first_name)),
            t::last_name.eq(excluded(t::last_name)),
            t::is_bot.eq(coalesce(excluded(t::is_bot), t::is_bot)),
            t::is_self.eq(coalesce(excluded(t::is_self), t::is_self)),
            t::is_broadcast.eq(coalesce(excluded(t::is_broadcast), t::is_broadcast)),
            t::updated_at.eq(excluded(t::updated_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Stores peers of which something is said, and forgets nothing.
fn amend(conn: &mut AnyConnection, rows: &[NewPeer<'_>]) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values(rows)
        .on_conflict((t::session_id, t::peer_id))
        .do_update()
        .set((
            t::kind.eq(excluded(t::kind)),
            t::access_hash.eq(coalesce(excluded(t::access_hash), t::access_hash)),
            t::username.eq(coalesce(excluded(t::username), t::username)),
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

/// Stores peers that are not known yet, and leaves all others as they are; nothing for an account
/// that has no row any more, to which they would belong.
pub(super) fn insert_missing(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peers: &[Peer],
    now: UtcTime,
) -> Result<(), Error> {
    use crate::store::schema::sessions;
    let owner = sessions::table.find(session_id).select(sessions::id);
    if peers.is_empty() || owner.first::<SessionId>(conn).optional()?.is_none() {
        return Ok(());
    }
    let rows: Vec<_> = peers
        .iter()
        .map(|peer| NewPeer::new(session_id, peer, now))
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
            .values(chunk)
            .on_conflict((t::session_id, t::peer_id))
            .do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// The peer of that id.
pub fn get(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peer_id: ChatId,
) -> Result<Option<Peer>, Error> {
    Ok(t::table
        .find((session_id, peer_id))
        .select(Stored::as_select())
        .first(conn)
        .optional()?
        .map(Peer::from))
}

/// The peer of that username in any spelling.
pub fn by_username(
    conn: &mut AnyConnection,
    session_id: SessionId,
    username: &str,
) -> Result<Option<Peer>, Error> {
    let owner = usernames::owner(conn, session_id, username)?;
    Ok(owner.map(|(peer, _)| peer))
}

/// The peer of that phone number, digits only; of several, the one seen last.
pub fn by_phone(
    conn: &mut AnyConnection,
    session_id: SessionId,
    phone: &str,
) -> Result<Option<Peer>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::phone.eq(storable(phone)))
        .order((t::updated_at.desc(), t::peer_id))
        .select(Stored::as_select())
        .first(conn)
        .optional()?
        .map(Peer::from))
}

/// The account itself.
pub fn self_peer(conn: &mut AnyConnection, session_id: SessionId) -> Result<Option<Peer>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::is_self.eq(true))
        .order((t::updated_at.desc(), t::peer_id))
        .select(Stored::as_select())
        .first(conn)
        .optional()?
        .map(Peer::from))
}

/// Every peer of the account, ordered by marked id.
pub fn list(conn: &mut AnyConnection, session_id: SessionId) -> Result<Vec<Peer>, Error> {
    let rows: Vec<Stored> = t::table
        .filter(t::session_id.eq(session_id))
        .order(t::peer_id)
        .select(Stored::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Peer::from).collect())
}

/// Forgets an access hash, unless another one has come since.
pub fn forget_hash(
    conn: &mut AnyConnection,
    session_id: SessionId,
    peer_id: ChatId,
    access_hash: i64,
) -> Result<(), Error> {
    let row = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::peer_id.eq(peer_id))
        .filter(t::access_hash.eq(access_hash));
    diesel::update(row)
        .set(t::access_hash.eq(None::<i64>))
        .execute(conn)?;
    Ok(())
}

/// Forgets every peer of the account.
pub fn delete_all(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    usernames::delete_all(conn, session_id)?;
    diesel::delete(t::table.filter(t::session_id.eq(session_id))).execute(conn)?;
    Ok(())
}
