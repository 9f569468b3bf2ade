//! How an account's row changes and goes away.

use crate::model::{SessionId, StoredState, UserId, UtcTime};
use crate::store::columns::storable;
use crate::store::schema::{
    archive_overrides, flood_waits, log_outs, media, message_revisions, messages,
    session_names as names, sessions as t,
};
use crate::store::{AnyConnection, Error, history_intervals};
use diesel::prelude::*;

/// Who the account is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its user id.
    pub user_id: Option<UserId>,
    /// Its first name.
    pub first_name: Option<String>,
    /// Its last name.
    pub last_name: Option<String>,
    /// Its username without `@`.
    pub username: Option<String>,
    /// Its phone number, digits only.
    pub phone: Option<String>,
}

/// What happens to the captured messages of a deleted account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// They stay, and a later account of the same name goes on with them.
    KeepMessages,
    /// They are deleted, with their revisions and files.
    All,
}

/// Moves an account to a state. `false` when there is no such account.
///
/// Becoming [`StoredState::Active`] sets `logged_in_at`.
pub fn set_state(
    conn: &mut AnyConnection,
    id: SessionId,
    state: StoredState,
    reason: Option<&str>,
    now: UtcTime,
) -> Result<bool, Error> {
    if state == StoredState::Active {
        diesel::update(t::table.filter(t::id.eq(id)).filter(t::state.ne(state)))
            .set(t::logged_in_at.eq(now))
            .execute(conn)?;
    }
    let rows = diesel::update(t::table.filter(t::id.eq(id)))
        .set((
            t::state.eq(state),
            t::state_reason.eq(reason.map(storable)),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Notes who the account is. `false` when there is no such account.
pub fn set_user(
    conn: &mut AnyConnection,
    id: SessionId,
    profile: &Profile,
    now: UtcTime,
) -> Result<bool, Error> {
    if profile.user_id.is_some() {
        diesel::update(names::table.find(id))
            .set(names::user_id.eq(profile.user_id))
            .execute(conn)?;
    }
    let text = |field: &Option<String>| field.as_deref().map(|text| storable(text).into_owned());
    let rows = diesel::update(t::table.filter(t::id.eq(id)))
        .set((
            t::user_id.eq(profile.user_id),
            t::first_name.eq(text(&profile.first_name)),
            t::last_name.eq(text(&profile.last_name)),
            t::username.eq(text(&profile.username)),
            t::phone.eq(text(&profile.phone)),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Notes which data centre holds the account. `false` when there is no such account.
pub fn set_home_dc(
    conn: &mut AnyConnection,
    id: SessionId,
    home_dc: i32,
    now: UtcTime,
) -> Result<bool, Error> {
    let rows = diesel::update(t::table.filter(t::id.eq(id)))
        .set((t::home_dc.eq(home_dc), t::updated_at.eq(now)))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Deletes an account with its keys, peers, position and sends; messages and the archive's settings
/// as told.
///
/// `false` when there was no such account; its messages are purged all the same.
pub fn delete(conn: &mut AnyConnection, id: SessionId, purge: Purge) -> Result<bool, Error> {
    let rows = diesel::delete(t::table.filter(t::id.eq(id))).execute(conn)?;
    if purge == Purge::All {
        let of_session = messages::table
            .filter(messages::session_id.eq(id))
            .select(messages::id);
        diesel::delete(
            message_revisions::table.filter(message_revisions::message_row.eq_any(of_session)),
        )
        .execute(conn)?;
        diesel::delete(messages::table.filter(messages::session_id.eq(id))).execute(conn)?;
        diesel::delete(media::table.filter(media::session_id.eq(id))).execute(conn)?;
        diesel::delete(archive_overrides::table.find(id)).execute(conn)?;
        history_intervals::forget(conn, id)?;
        diesel::update(names::table.find(id))
            .set(names::user_id.eq(None::<UserId>))
            .execute(conn)?;
    }
    Ok(rows == 1)
}

/// Deletes an account that has never been logged in, and its name unless something hangs on that:
/// messages of an earlier account, a wait that Telegram has asked for, a key to be logged out.
///
/// `false` when it has been logged in, or there is no such account.
pub fn forget_unused(conn: &mut AnyConnection, id: SessionId) -> Result<bool, Error> {
    let unused = t::table
        .filter(t::id.eq(id))
        .filter(t::state.eq(StoredState::Login))
        .filter(t::logged_in_at.is_null());
    if diesel::delete(unused).execute(conn)? == 0 {
        return Ok(false);
    }
    release_name(conn, id)?;
    Ok(true)
}

/// Deletes a name that was given a number for a login which came to nothing, as far as nothing hangs
/// on it.
pub fn forget_name(conn: &mut AnyConnection, id: SessionId) -> Result<(), Error> {
    let used: Option<SessionId> = t::table
        .filter(t::id.eq(id))
        .select(t::id)
        .first(conn)
        .optional()?;
    let owner: Option<Option<UserId>> = names::table
        .find(id)
        .select(names::user_id)
        .first(conn)
        .optional()?;
    match (used, owner) {
        (None, Some(None)) => release_name(conn, id),
        _ => Ok(()),
    }
}

fn release_name(conn: &mut AnyConnection, id: SessionId) -> Result<(), Error> {
    let message: Option<i64> = messages::table
        .filter(messages::session_id.eq(id))
        .select(messages::id)
        .first(conn)
        .optional()?;
    let wait: Option<SessionId> = flood_waits::table
        .filter(flood_waits::session_id.eq(id))
        .select(flood_waits::session_id)
        .first(conn)
        .optional()?;
    let log_out: Option<i64> = log_outs::table
        .filter(log_outs::session_id.eq(id))
        .select(log_outs::id)
        .first(conn)
        .optional()?;
    if message.is_none() && wait.is_none() && log_out.is_none() {
        diesel::delete(names::table.find(id)).execute(conn)?;
    }
    Ok(())
}
