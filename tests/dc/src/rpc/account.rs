//! The caller's own account: its password's parameters, its status, its log-ins.
//!
//! Owns nothing. Checking a password is `login`'s.

use grammers_tl_types::{enums, functions as f, types};

use super::{Request, login};
use crate::world::ids::KeyId;
use crate::world::keys::KeyState;
use crate::world::password::{Challenge, G, Password, prime};
use crate::world::random::random;
use crate::world::refusal::Refusal;

/// `account.getPassword`, also for a key that waits for its password.
pub(super) fn get_password(
    request: &Request<'_>,
    _: f::account::GetPassword,
) -> Result<enums::account::Password, Refusal> {
    let owner = {
        let world = request.world();
        match login::password_owner(&world, request) {
            Ok((_, password)) => Some(password),
            Err(refusal) if refusal.code == 401 => return Err(refusal),
            Err(_) => None,
        }
    };
    // Slow arithmetic, so without the lock.
    let exchange = owner.map(|password| (password.challenge(), password));
    let answer = password(
        exchange
            .as_ref()
            .map(|(challenge, owner)| (challenge, &**owner)),
    );
    request.world().key(request.key()).challenge = exchange.map(|(challenge, _)| challenge);
    Ok(answer)
}

fn algorithm(salt1: Vec<u8>, salt2: Vec<u8>) -> enums::PasswordKdfAlgo {
    types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow {
        salt1,
        salt2,
        g: i32::from(G),
        p: prime(),
    }
    .into()
}

fn password(exchange: Option<(&Challenge, &Password)>) -> enums::account::Password {
    types::account::Password {
        has_recovery: false,
        has_secure_values: false,
        has_password: exchange.is_some(),
        current_algo: exchange
            .map(|(_, owner)| algorithm(owner.salt1.to_vec(), owner.salt2.to_vec())),
        srp_b: exchange.map(|(challenge, _)| challenge.public.to_vec()),
        srp_id: exchange.map(|(challenge, _)| challenge.srp_id),
        hint: None,
        email_unconfirmed_pattern: None,
        new_algo: algorithm(random::<8>().to_vec(), random::<16>().to_vec()),
        new_secure_algo: types::SecurePasswordKdfAlgoPbkdf2Hmacsha512iter100000 {
            salt: random::<8>().to_vec(),
        }
        .into(),
        secure_random: random::<256>().to_vec(),
        pending_reset_date: None,
        login_email_pattern: None,
    }
    .into()
}

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
        authorizations.push(log_in(current, hash, key.api_id, key.since, now));
    }
    Ok(types::account::Authorizations {
        authorization_ttl_days: 180,
        authorizations,
    }
    .into())
}

fn log_in(current: bool, hash: i64, api_id: i32, since: i32, now: i32) -> enums::Authorization {
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
    .into()
}
