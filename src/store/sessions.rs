//! The table of accounts.
//!
//! It owns an account's row, the number its name keeps for ever, and its sealed api hash. What
//! state an account should be in is for the session layer to decide.

mod changes;
mod credentials;

pub use changes::{
    Profile, Purge, delete, forget_name, forget_unused, set_home_dc, set_state, set_user,
};
pub use credentials::{ApiCredentials, api_credentials, set_api_credentials};

use crate::model::{
    Cursor, Page, Reach, SessionId, SessionName, StoredSession, StoredState, TenantId, UserId,
    UtcTime,
};
use crate::store::backend::on_backend;
use crate::store::read_as::read_as;
use crate::store::schema::{session_names as names, sessions as t};
use crate::store::{AnyConnection, Error, Vault, paging};
use diesel::prelude::*;
use secrecy::SecretString;

read_as!(StoredSession {
    id: SessionId = t::id,
    name: SessionName = names::name,
    owner: Option<TenantId> = names::tenant_id,
    state: StoredState = t::state,
    state_reason: Option<String> = t::state_reason,
    phone: Option<String> = t::phone,
    user_id: Option<UserId> = t::user_id,
    first_name: Option<String> = t::first_name,
    last_name: Option<String> = t::last_name,
    username: Option<String> = t::username,
    home_dc: Option<i32> = t::home_dc,
    api_id: i32 = t::api_id,
    created_at: UtcTime = t::created_at,
    updated_at: UtcTime = t::updated_at,
    logged_in_at: Option<UtcTime> = t::logged_in_at,
});

/// What an account's row starts with.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The name that clients use.
    pub name: SessionName,
    /// Whose account it is to be; the operator's when `None`.
    pub owner: Option<TenantId>,
    /// The application's id at Telegram, <https://core.telegram.org/api/obtaining_api_id>.
    pub api_id: i32,
    /// The application's secret.
    pub api_hash: SecretString,
    /// The present instant.
    pub now: UtcTime,
}

/// Makes an account in the state [`StoredState::Login`], or finds the one of that name unchanged,
/// also if that is another's.
///
/// To be called in a write transaction. Its number is that of any earlier account of the name.
pub fn create_or_get(
    conn: &mut AnyConnection,
    vault: &Vault,
    new: &NewSession,
) -> Result<StoredSession, Error> {
    if let Some(row) = by_name(conn, &new.name)? {
        return Ok(row);
    }
    let id = number_of(conn, &new.name, new.owner, new.now)?;
    let sealed = credentials::seal_hash(vault, id, &new.api_hash)?;
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

/// The number of a name, which it keeps for ever; one that is new gets one, and belongs to this
/// owner from then on.
///
/// To be called in a write transaction.
pub fn number_of(
    conn: &mut AnyConnection,
    name: &SessionName,
    owner: Option<TenantId>,
    now: UtcTime,
) -> Result<SessionId, Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(names::table)
        .values((
            names::name.eq(name),
            names::tenant_id.eq(owner),
            names::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(names::table
        .filter(names::name.eq(name))
        .select(names::id)
        .first(conn)?)
}

/// The account of that name.
pub fn by_name(
    conn: &mut AnyConnection,
    name: &SessionName,
) -> Result<Option<StoredSession>, Error> {
    Ok(t::table
        .inner_join(names::table)
        .filter(names::name.eq(name))
        .select(StoredSession::as_select())
        .first(conn)
        .optional()?)
}

/// The account of that number.
pub fn by_id(conn: &mut AnyConnection, id: SessionId) -> Result<Option<StoredSession>, Error> {
    Ok(t::table
        .inner_join(names::table)
        .filter(t::id.eq(id))
        .select(StoredSession::as_select())
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

/// Whose a name is that has ever been used: a tenant's, or the operator's.
pub fn owner_of_name(
    conn: &mut AnyConnection,
    name: &SessionName,
) -> Result<Option<Option<TenantId>>, Error> {
    Ok(names::table
        .filter(names::name.eq(name))
        .select(names::tenant_id)
        .first(conn)
        .optional()?)
}

/// Every account within reach, or every one in a state, ordered by number.
pub fn list(
    conn: &mut AnyConnection,
    reach: &Reach,
    state: Option<StoredState>,
) -> Result<Vec<StoredSession>, Error> {
    let mut query = t::table
        .inner_join(names::table)
        .select(StoredSession::as_select())
        .order(t::id)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(t::state.eq(state));
    }
    if let Some(tenant) = reach.tenant {
        query = query.filter(names::tenant_id.eq(tenant));
    }
    if let Some(listed) = &reach.names {
        query = query.filter(names::name.eq_any(listed));
    }
    Ok(query.load(conn)?)
}

/// How many accounts there are.
pub fn count(conn: &mut AnyConnection) -> Result<u64, Error> {
    let count: i64 = t::table.count().get_result(conn)?;
    u64::try_from(count).map_err(Error::other)
}

/// A page of the accounts within reach ordered by number, at most `limit` (1 to 500) after a cursor.
pub fn page(
    conn: &mut AnyConnection,
    reach: &Reach,
    state: Option<StoredState>,
    limit: u32,
    after: Option<Cursor>,
) -> Result<Page<StoredSession>, Error> {
    let limit = limit.clamp(1, 500);
    let mut query = t::table
        .inner_join(names::table)
        .select(StoredSession::as_select())
        .order(t::id)
        .limit(i64::from(limit) + 1)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(t::state.eq(state));
    }
    if let Some(tenant) = reach.tenant {
        query = query.filter(names::tenant_id.eq(tenant));
    }
    if let Some(listed) = &reach.names {
        query = query.filter(names::name.eq_any(listed));
    }
    if let Some(after) = after {
        query = query.filter(t::id.gt(after.id));
    }
    let items = query.load(conn)?;
    Ok(paging::cut(items, limit, |row: &StoredSession| Cursor {
        time: row.created_at,
        id: row.id.0,
    }))
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
