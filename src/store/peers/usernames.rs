//! The table of usernames: whose each is, and when Telegram last said so.
//!
//! It owns that a username leads to one peer of an account, whoever is stored in which order, and
//! how usernames are compared. It must not know what else is known of a peer.

use crate::model::{ChatId, Peer, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::storable;
use crate::store::peers::known::{READ, is_old};
use crate::store::schema::{peers, usernames as t};
use crate::store::values::placeholders;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// The form in which usernames are compared: Telegram's are ASCII, and their case means nothing.
pub(super) fn folded(username: &str) -> String {
    storable(username).to_ascii_lowercase()
}

/// An account, and a username in the form in which they are compared.
type Name = (SessionId, String);

/// What a group of peers says of usernames, in the order in which they were seen.
#[derive(Default)]
pub(super) struct Claims {
    /// Whose each username is in the end; `None` when its owner has given it up.
    owners: BTreeMap<Name, Option<(ChatId, UtcTime)>>,
    /// What each peer that says its usernames has in the end.
    said: BTreeMap<(SessionId, ChatId), Vec<String>>,
}

impl Claims {
    /// Takes in all usernames of a peer, which has no others.
    pub(super) fn say(
        &mut self,
        session: SessionId,
        peer: ChatId,
        usernames: &[String],
        now: UtcTime,
    ) {
        let names: Vec<String> = usernames.iter().map(|name| folded(name)).collect();
        for before in self
            .said
            .insert((session, peer), names.clone())
            .unwrap_or_default()
        {
            if let Some(owner) = self.owners.get_mut(&(session, before))
                && owner.is_some_and(|(owner, _)| owner == peer)
            {
                *owner = None;
            }
        }
        for name in names {
            self.owners.insert((session, name), Some((peer, now)));
        }
    }

    /// Whether the peer has the username in the end.
    pub(super) fn belongs(&self, session: SessionId, peer: ChatId, username: &str) -> bool {
        let owner = self.owners.get(&(session, folded(username)));
        owner.is_some_and(|owner| owner.is_some_and(|(owner, _)| owner == peer))
    }

    /// What was known before of the usernames that are named here and of those of the peers that
    /// say what they have.
    pub(super) fn noted(&self, conn: &mut AnyConnection) -> Result<Noted, Error> {
        let mut noted = Noted::new();
        let peers: Vec<_> = self.said.keys().collect();
        for chunk in peers.chunks(READ) {
            let text = by_peer(chunk.len());
            let found: Vec<Owner> = on_backend!(conn, |c| {
                let mut query = diesel::sql_query(text).into_boxed();
                for (session, peer) in chunk {
                    query = query.bind::<BigInt, _>(session).bind::<BigInt, _>(peer);
                }
                query.load(c)
            })?;
            let found = found.into_iter();
            noted.extend(found.map(|row| ((row.session_id, row.username), (row.peer_id, None))));
        }
        let names: Vec<_> = self.owners.keys().collect();
        for chunk in names.chunks(READ) {
            let text = by_username(chunk.len());
            let found: Vec<Row> = on_backend!(conn, |c| {
                let mut query = diesel::sql_query(text).into_boxed();
                for (session, name) in chunk {
                    query = query.bind::<BigInt, _>(session).bind::<Text, _>(name);
                }
                query.load(c)
            })?;
            let found = found.into_iter();
            noted.extend(found.map(|row| {
                let owner = (row.peer_id, Some(row.seen_at));
                ((row.session_id, row.username), owner)
            }));
        }
        Ok(noted)
    }

    /// Whether nothing is to be written of the usernames that the peer says it has.
    pub(super) fn are_noted(&self, peer: (SessionId, ChatId), noted: &Noted) -> bool {
        let mut names = self.said.get(&peer).into_iter().flatten();
        names.all(|name| self.is_noted(&(peer.0, name.clone()), noted))
    }

    fn is_noted(&self, name: &Name, noted: &Noted) -> bool {
        let owner = self.owners.get(name).copied().flatten();
        matches!(
            (owner, noted.get(name)),
            (Some((owner, now)), Some((before, Some(seen_at))))
                if owner == *before && !is_old(*seen_at, now)
        )
    }

    /// Writes them, after the peers: what a peer no longer has is forgotten, what it has now is
    /// taken from whoever had it.
    pub(super) fn settle(self, conn: &mut AnyConnection, noted: &Noted) -> Result<(), Error> {
        for (name, (before, _)) in noted {
            let owner = self.owners.get(name).copied().flatten();
            if owner.is_some_and(|(owner, _)| owner == *before) {
                continue;
            }
            let (session, username) = name;
            hide(conn, *session, *before, username)?;
            if owner.is_none() {
                diesel::delete(t::table.find((session, username))).execute(conn)?;
            }
        }
        let names = self.owners.iter();
        let news = names.filter(|(name, _)| !self.is_noted(name, noted));
        let rows: Vec<Row> = news.filter_map(Row::new).collect();
        for chunk in rows.chunks(CHUNK) {
            upsert(conn, chunk)?;
        }
        Ok(())
    }
}

/// Whose usernames were, and when Telegram last said so, where that was asked for.
pub(super) type Noted = BTreeMap<Name, (ChatId, Option<UtcTime>)>;

/// The text that asks for the usernames of so many peers: nothing that the index by peer does not
/// hold, as SQLite would read all of an account's usernames for it.
pub(in crate::store) fn by_peer(peers: usize) -> String {
    format!(
        "WITH target (session_id, peer_id) AS (VALUES {}) \
         SELECT usernames.session_id, usernames.username, usernames.peer_id \
         FROM target CROSS JOIN usernames WHERE usernames.session_id = target.session_id \
         AND usernames.peer_id = target.peer_id",
        placeholders(peers, 2)
    )
}

/// The text that asks for so many usernames.
pub(in crate::store) fn by_username(names: usize) -> String {
    format!(
        "WITH target (session_id, username) AS (VALUES {}) \
         SELECT usernames.session_id, usernames.username, usernames.peer_id, usernames.seen_at \
         FROM target CROSS JOIN usernames WHERE usernames.session_id = target.session_id \
         AND usernames.username = target.username",
        placeholders(names, 2)
    )
}

#[derive(QueryableByName)]
#[diesel(table_name = t)]
struct Owner {
    session_id: SessionId,
    username: String,
    peer_id: ChatId,
}

#[derive(Insertable, QueryableByName)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct Row {
    session_id: SessionId,
    username: String,
    peer_id: ChatId,
    seen_at: UtcTime,
}

impl Row {
    fn new(((session_id, username), owner): (&Name, &Option<(ChatId, UtcTime)>)) -> Option<Self> {
        let (peer_id, seen_at) = (*owner)?;
        Some(Self {
            session_id: *session_id,
            username: username.clone(),
            peer_id,
            seen_at,
        })
    }
}

/// Rows of a statement: 4 values each, far under the 32,766 that SQLite takes.
const CHUNK: usize = 500;

fn upsert(conn: &mut AnyConnection, rows: &[Row]) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values(rows)
        .on_conflict((t::session_id, t::username))
        .do_update()
        .set((
            t::peer_id.eq(excluded(t::peer_id)),
            t::seen_at.eq(excluded(t::seen_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Takes a username that is another's now from what is shown of a peer.
fn hide(
    conn: &mut AnyConnection,
    session: SessionId,
    peer: ChatId,
    username: &str,
) -> Result<(), Error> {
    let row = peers::table.find((session, peer));
    let shown: Option<Option<String>> = row.select(peers::username).first(conn).optional()?;
    if shown
        .flatten()
        .is_some_and(|shown| folded(&shown) == username)
    {
        show_none(conn, session, peer)?;
    }
    Ok(())
}

/// Shows no username of a peer.
pub(super) fn show_none(
    conn: &mut AnyConnection,
    session: SessionId,
    peer: ChatId,
) -> Result<(), Error> {
    diesel::update(peers::table.find((session, peer)))
        .set(peers::username.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// The peer that has the username in any spelling, and when Telegram last said so.
pub fn owner(
    conn: &mut AnyConnection,
    session_id: SessionId,
    username: &str,
) -> Result<Option<(Peer, UtcTime)>, Error> {
    let found: Option<(ChatId, UtcTime)> = t::table
        .find((session_id, folded(username)))
        .select((t::peer_id, t::seen_at))
        .first(conn)
        .optional()?;
    let Some((peer, seen_at)) = found else {
        return Ok(None);
    };
    let peer = super::get(conn, session_id, peer)?;
    Ok(peer.map(|peer| (peer, seen_at)))
}

/// Forgets whose a username is: Telegram says that it is nobody's.
pub fn forget(
    conn: &mut AnyConnection,
    session_id: SessionId,
    username: &str,
) -> Result<(), Error> {
    let name = folded(username);
    let row = t::table.find((session_id, &name));
    let owner: Option<ChatId> = row.select(t::peer_id).first(conn).optional()?;
    if let Some(owner) = owner {
        hide(conn, session_id, owner, &name)?;
        diesel::delete(t::table.find((session_id, &name))).execute(conn)?;
    }
    Ok(())
}

/// Every username of the account's peers.
pub(super) fn delete_all(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    diesel::delete(t::table.filter(t::session_id.eq(session_id))).execute(conn)?;
    Ok(())
}
