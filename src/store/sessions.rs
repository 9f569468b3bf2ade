//! The table of accounts.
//!
//! It owns an account's row, the number its name keeps for ever, and its sealed api hash. What
//! state an account should be in is for the session layer to decide.

use crate::model::{Cursor, Page, SessionId, SessionName, StoredState, UserId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::storable;
use crate::store::schema::{message_revisions, messages, session_names as names, sessions as t};
use crate::store::vault::{Sealed, Vault};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};

/// An account as the database knows it. Its secrets are read by functions of their own.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct SessionRow {
    /// The number of its name.
    pub id: SessionId,
    /// The name that clients use.
    pub name: SessionName,
    /// Where its life stands.
    pub state: StoredState,
    /// Why, such as `SESSION_REVOKED`.
    pub state_reason: Option<String>,
    /// The phone number, digits only.
    pub phone: Option<String>,
    /// The account's own user id, once it has logged in.
    pub user_id: Option<UserId>,
    /// The account's first name.
    pub first_name: Option<String>,
    /// The account's last name.
    pub last_name: Option<String>,
    /// The account's username without `@`.
    pub username: Option<String>,
    /// The data centre that holds the account, 1 to 5; `None` before the first connection.
    pub home_dc: Option<i32>,
    /// The application's id at Telegram.
    pub api_id: i32,
    /// When the row was made.
    pub created_at: UtcTime,
    /// When the row last changed.
    pub updated_at: UtcTime,
    /// When the account last became [`StoredState::Active`].
    pub logged_in_at: Option<UtcTime>,
}

/// What an account's row starts with.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The name that clients use.
    pub name: SessionName,
    /// The application's id at Telegram, <https://core.telegram.org/api/obtaining_api_id>.
    pub api_id: i32,
    /// The application's secret.
    pub api_hash: SecretString,
    /// The present instant.
    pub now: UtcTime,
}

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

/// What the account identifies its application with.
#[derive(Clone, Debug)]
pub struct ApiCredentials {
    /// The application's id.
    pub api_id: i32,
    /// The application's secret.
    pub api_hash: SecretString,
}

/// What happens to the captured messages of a deleted account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// They stay, and a later account of the same name goes on with them.
    KeepMessages,
    /// They are deleted, with their revisions.
    All,
}

type Columns = (
    t::id,
    names::name,
    t::state,
    t::state_reason,
    t::phone,
    t::user_id,
    t::first_name,
    t::last_name,
    t::username,
    t::home_dc,
    t::api_id,
    t::created_at,
    t::updated_at,
    t::logged_in_at,
);

const COLUMNS: Columns = (
    t::id,
    names::name,
    t::state,
    t::state_reason,
    t::phone,
    t::user_id,
    t::first_name,
    t::last_name,
    t::username,
    t::home_dc,
    t::api_id,
    t::created_at,
    t::updated_at,
    t::logged_in_at,
);

/// Makes an account in the state [`StoredState::Login`], or finds the one of that name unchanged.
///
/// To be called in a write transaction. Its number is that of any earlier account of the name.
pub fn create_or_get(
    conn: &mut AnyConnection,
    vault: &Vault,
    new: &NewSession,
) -> Result<SessionRow, Error> {
    if let Some(row) = by_name(conn, &new.name)? {
        return Ok(row);
    }
    let id = allot_id(conn, &new.name, new.now)?;
    let sealed = seal_hash(vault, id, &new.api_hash)?;
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::id.eq(id),
            t::state.eq(StoredState::Login),
            t::api_id.eq(new.api_id),
            t::api_hash_sealed.eq(&sealed.bytes),
            t::api_hash_key.eq(&sealed.key_id),
            t::created_at.eq(new.now),
            t::updated_at.eq(new.now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    by_name(conn, &new.name)?.ok_or_else(|| Error::other("a session vanished while it was made"))
}

fn allot_id(
    conn: &mut AnyConnection,
    name: &SessionName,
    now: UtcTime,
) -> Result<SessionId, Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(names::table)
        .values((names::name.eq(name), names::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(names::table
        .filter(names::name.eq(name))
        .select(names::id)
        .first(conn)?)
}

/// The account of that name.
pub fn by_name(conn: &mut AnyConnection, name: &SessionName) -> Result<Option<SessionRow>, Error> {
    Ok(t::table
        .inner_join(names::table)
        .filter(names::name.eq(name))
        .select(COLUMNS)
        .first(conn)
        .optional()?)
}

/// The account of that number.
pub fn by_id(conn: &mut AnyConnection, id: SessionId) -> Result<Option<SessionRow>, Error> {
    Ok(t::table
        .inner_join(names::table)
        .filter(t::id.eq(id))
        .select(COLUMNS)
        .first(conn)
        .optional()?)
}

/// The number of a name, also when its account was deleted and only messages are left.
pub fn id_of_name(
    conn: &mut AnyConnection,
    name: &SessionName,
) -> Result<Option<SessionId>, Error> {
    Ok(names::table
        .filter(names::name.eq(name))
        .select(names::id)
        .first(conn)
        .optional()?)
}

/// Every account, or every one in a state, ordered by number.
pub fn list(
    conn: &mut AnyConnection,
    state: Option<StoredState>,
) -> Result<Vec<SessionRow>, Error> {
    let mut query = t::table
        .inner_join(names::table)
        .select(COLUMNS)
        .order(t::id)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(t::state.eq(state));
    }
    Ok(query.load(conn)?)
}

/// A page of accounts ordered by number, at most `limit` (1 to 500) after a cursor.
pub fn page(
    conn: &mut AnyConnection,
    state: Option<StoredState>,
    limit: u32,
    after: Option<Cursor>,
) -> Result<Page<SessionRow>, Error> {
    let limit = limit.clamp(1, 500);
    let mut query = t::table
        .inner_join(names::table)
        .select(COLUMNS)
        .order(t::id)
        .limit(i64::from(limit) + 1)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(t::state.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(t::id.gt(after.id));
    }
    let items = query.load(conn)?;
    Ok(super::paging::cut(items, limit, |row: &SessionRow| {
        Cursor {
            time: row.created_at,
            id: row.id.0,
        }
    }))
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

/// Whose messages are kept under the number; they outlive the account's row.
pub fn log_owner(conn: &mut AnyConnection, id: SessionId) -> Result<Option<UserId>, Error> {
    let owner: Option<Option<UserId>> = names::table
        .find(id)
        .select(names::user_id)
        .first(conn)
        .optional()?;
    Ok(owner.flatten())
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

/// Gives an account another application's id and secret. `false` when there is no such account.
pub fn set_api_credentials(
    conn: &mut AnyConnection,
    vault: &Vault,
    id: SessionId,
    credentials: &ApiCredentials,
    now: UtcTime,
) -> Result<bool, Error> {
    let sealed = seal_hash(vault, id, &credentials.api_hash)?;
    let rows = diesel::update(t::table.filter(t::id.eq(id)))
        .set((
            t::api_id.eq(credentials.api_id),
            t::api_hash_sealed.eq(sealed.bytes),
            t::api_hash_key.eq(sealed.key_id),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// The application's id and secret; `None` when there is no such account.
pub fn api_credentials(
    conn: &mut AnyConnection,
    vault: &Vault,
    id: SessionId,
) -> Result<Option<ApiCredentials>, Error> {
    let row: Option<(i32, Vec<u8>, String)> = t::table
        .filter(t::id.eq(id))
        .select((t::api_id, t::api_hash_sealed, t::api_hash_key))
        .first(conn)
        .optional()?;
    let Some((api_id, bytes, key_id)) = row else {
        return Ok(None);
    };
    let aad = hash_aad(id);
    let opened = vault.open(&aad, &Sealed { key_id, bytes })?;
    let text = std::str::from_utf8(&opened)
        .ok()
        .ok_or(Error::Decrypt { what: aad })?;
    Ok(Some(ApiCredentials {
        api_id,
        api_hash: text.into(),
    }))
}

/// Deletes an account with its keys, peers, position and sends; messages as told.
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
        diesel::update(names::table.find(id))
            .set(names::user_id.eq(None::<UserId>))
            .execute(conn)?;
    }
    Ok(rows == 1)
}

fn hash_aad(id: SessionId) -> String {
    format!("api_hash:{id}")
}

fn seal_hash(vault: &Vault, id: SessionId, api_hash: &SecretString) -> Result<Sealed, Error> {
    vault.seal(&hash_aad(id), api_hash.expose_secret().as_bytes())
}
