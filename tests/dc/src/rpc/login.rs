//! Logging in: `auth.sendCode` to `auth.checkPassword`.
//!
//! Owns the order of the steps. The codes and the SRP arithmetic are the world's.

use std::sync::Arc;

use grammers_tl_types::{enums, functions as f, types};

use super::{Request, render};
use crate::world::World;
use crate::world::ids::{KeyId, UserId};
use crate::world::keys::KeyState;
use crate::world::logins::{CODE, SentCode, normal_phone};
use crate::world::password::Password;
use crate::world::refusal::Refusal;

/// `auth.sendCode`.
pub(super) fn send_code(
    request: &Request<'_>,
    input: f::auth::SendCode,
) -> Result<enums::auth::SentCode, Refusal> {
    if input.api_id <= 0 || input.api_hash.is_empty() {
        return Err(Refusal::bad("API_ID_INVALID"));
    }
    let sent = request
        .world()
        .send_code(&input.phone_number, input.api_id)?;
    let kind = types::auth::SentCodeTypeApp {
        length: code_length(),
    };
    Ok(sent_code(sent, kind.into()))
}

/// `auth.resendCode`.
pub(super) fn resend_code(
    request: &Request<'_>,
    input: f::auth::ResendCode,
) -> Result<enums::auth::SentCode, Refusal> {
    let sent = request
        .world()
        .resend_code(&input.phone_number, &input.phone_code_hash)?;
    let kind = types::auth::SentCodeTypeSms {
        length: code_length(),
    };
    Ok(sent_code(sent, kind.into()))
}

fn code_length() -> i32 {
    i32::try_from(CODE.len()).unwrap_or(0)
}

fn sent_code(sent: SentCode, r#type: enums::auth::SentCodeType) -> enums::auth::SentCode {
    types::auth::SentCode {
        r#type,
        phone_code_hash: sent.hash,
        next_type: Some(enums::auth::CodeType::Sms),
        timeout: Some(sent.timeout),
    }
    .into()
}

/// `auth.cancelCode`.
pub(super) fn cancel_code(
    request: &Request<'_>,
    input: f::auth::CancelCode,
) -> Result<bool, Refusal> {
    request
        .world()
        .cancel_code(&input.phone_number, &input.phone_code_hash)?;
    Ok(true)
}

/// `auth.signIn`.
pub(super) fn sign_in(
    request: &Request<'_>,
    input: f::auth::SignIn,
) -> Result<enums::auth::Authorization, Refusal> {
    if normal_phone(&input.phone_number).is_none() {
        return Err(Refusal::bad("PHONE_NUMBER_INVALID"));
    }
    let mut world = request.world();
    let code = input.phone_code.unwrap_or_default();
    let (user, api_id) = world.sign_in(&input.phone_number, &input.phone_code_hash, &code)?;
    enter(&mut world, request.key(), user, api_id)?;
    authorization(&world, user)
}

/// Lets a key act for an account, as far as that goes without the account's password.
///
/// # Errors
/// 401 `SESSION_PASSWORD_NEEDED`: a code is used up, and only the password is missing now.
pub(super) fn enter(
    world: &mut World,
    key: KeyId,
    user: UserId,
    api_id: i32,
) -> Result<(), Refusal> {
    world.key(key).api_id = api_id;
    if world
        .account(user)
        .is_some_and(|account| account.password.is_some())
    {
        world.end_key(key, KeyState::PasswordPending(user));
        return Err(Refusal::unauthorised("SESSION_PASSWORD_NEEDED"));
    }
    world.authorise(key, user, false);
    Ok(())
}

/// `auth.checkPassword`.
pub(super) fn check_password(
    request: &Request<'_>,
    input: f::auth::CheckPassword,
) -> Result<enums::auth::Authorization, Refusal> {
    let enums::InputCheckPasswordSrp::Srp(srp) = input.password else {
        return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
    };
    let user = check_proof(request, &srp)?;
    let mut world = request.world();
    if world.key(request.key()).state == KeyState::PasswordPending(user) {
        world.authorise(request.key(), user, false);
    }
    authorization(&world, user)
}

/// Passes for who proves to know the password that the key may ask about, and answers whose it is.
///
/// # Errors
/// `SRP_ID_INVALID` for another exchange than the last, `PASSWORD_HASH_INVALID`.
pub(super) fn check_proof(
    request: &Request<'_>,
    srp: &types::InputCheckPasswordSrp,
) -> Result<UserId, Refusal> {
    let (user, password, challenge) = {
        let mut world = request.world();
        let (user, password) = password_owner(&world, request)?;
        let challenge = world.key(request.key()).challenge.take();
        (user, password, challenge)
    };
    let challenge = challenge
        .filter(|challenge| challenge.srp_id == srp.srp_id)
        .ok_or_else(|| Refusal::bad("SRP_ID_INVALID"))?;
    // Slow arithmetic, so without the lock.
    if password.proves(&challenge, &srp.a, &srp.m1) {
        Ok(user)
    } else {
        Err(Refusal::bad("PASSWORD_HASH_INVALID"))
    }
}

/// Whose password the key may ask about, and that password.
pub(super) fn password_owner(
    world: &World,
    request: &Request<'_>,
) -> Result<(UserId, Arc<Password>), Refusal> {
    let user = match world.key_state(request.key()) {
        KeyState::PasswordPending(user) => user,
        _ => world.caller(request.key())?,
    };
    let password = world
        .account(user)
        .and_then(|account| account.password.clone())
        .ok_or_else(|| Refusal::bad("PASSWORD_HASH_INVALID"))?;
    Ok((user, password))
}

/// `auth.authorization` of a user who has just logged in.
pub(super) fn authorization(
    world: &World,
    user: UserId,
) -> Result<enums::auth::Authorization, Refusal> {
    Ok(types::auth::Authorization {
        setup_password_required: false,
        otherwise_relogin_days: None,
        tmp_sessions: None,
        future_auth_token: None,
        user: render::user(world, user, user).ok_or_else(|| Refusal::new(500, "INTERNAL"))?,
    }
    .into())
}
