//! The caller's own account: its status, its log-ins.
//!
//! Owns nothing. Passwords are `password`'s.

use grammers_tl_types::{enums, functions as f, types};

use super::Request;
use crate::world::ids::KeyId;
use crate::world::keys::KeyState;
use crate::world::refusal::Refusal;

/// `account.updateStatus`: heard and not passed on.
pub(super) fn update_status(
    request: &Request<'_>,
    _: f::account::UpdateStatus,
) -> Result<bool, Refusal> {
    request.authorised()?;
    Ok(true)
}

/// `account.resetAuthorization`: ends another log-in, by the hash that the list tells.
///
/// # Errors
/// `HASH_INVALID` for what is no other log-in of the account.
pub(super) fn reset_authorization(
    request: &Request<'_>,
    input: f::account::ResetAuthorization,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let key = KeyId(input.hash);
    let keys = world.account(caller).map(|account| &account.keys);
    if key == request.key() || !keys.is_some_and(|keys| keys.contains(&key)) {
        return Err(Refusal::bad("HASH_INVALID"));
    }
    world.end_key(key, KeyState::Revoked(caller));
    Ok(true)
}

/// `account.getAuthorizations`.
pub(super) fn get_authorizations(
    request: &Request<'_>,
    _: f::account::GetAuthorizations,
) -> Result<enums::account::Authorizations, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let keys = world
        .account(caller)
        .map_or(Vec::new(), |account| account.keys.clone());
    let now = world.now();
    let mut authorizations = Vec::with_capacity(keys.len());
    for id in keys {
        let key = world.key(id);
        let current = id == request.key();
        let hash = if current { 0 } else { id.0 };
        authorizations.push(log_in(current, hash, key.api_id, key.since, now).into());
    }
    Ok(types::account::Authorizations {
        authorization_ttl_days: 180,
        authorizations,
    }
    .into())
}

pub(super) fn log_in(
    current: bool,
    hash: i64,
    api_id: i32,
    since: i32,
    now: i32,
) -> types::Authorization {
    types::Authorization {
        current,
        official_app: false,
        password_pending: false,
        encrypted_requests_disabled: false,
        call_requests_disabled: false,
        unconfirmed: false,
        hash,
        device_model: "unknown".to_owned(),
        platform: String::new(),
        system_version: String::new(),
        api_id,
        app_name: String::new(),
        app_version: String::new(),
        date_created: since,
        date_active: now,
        ip: "127.0.0.1".to_owned(),
        country: String::new(),
        region: String::new(),
    }
}
