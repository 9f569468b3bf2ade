//! The two-step password: its parameters, and setting another one or none.
//!
//! Owns the forms of the answers and what a new password must bring. Proving the old one is
//! `login`'s. Source: <https://core.telegram.org/api/srp>.

use std::sync::Arc;

use grammers_tl_types::enums::{InputCheckPasswordSrp, PasswordKdfAlgo};
use grammers_tl_types::{enums, functions as f, types};

use super::{Request, login};
use crate::world::password::{Challenge, G, Password, prime};
use crate::world::random::random;
use crate::world::refusal::Refusal;

/// Bytes of a new salt, of which the client adds at least [`OWN_SALT`].
const GIVEN_SALT: usize = 8;
/// Bytes that a client adds to a new salt, at least.
const OWN_SALT: usize = 32;

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

fn algorithm(salt1: Vec<u8>, salt2: Vec<u8>) -> PasswordKdfAlgo {
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
            .map(|(_, owner)| algorithm(owner.salt1.clone(), owner.salt2.clone())),
        srp_b: exchange.map(|(challenge, _)| challenge.public.to_vec()),
        srp_id: exchange.map(|(challenge, _)| challenge.srp_id),
        hint: exchange.and_then(|(_, owner)| owner.hint.clone()),
        email_unconfirmed_pattern: None,
        new_algo: algorithm(random::<GIVEN_SALT>().to_vec(), random::<16>().to_vec()),
        new_secure_algo: types::SecurePasswordKdfAlgoPbkdf2Hmacsha512iter100000 {
            salt: random::<GIVEN_SALT>().to_vec(),
        }
        .into(),
        secure_random: random::<256>().to_vec(),
        pending_reset_date: None,
        login_email_pattern: None,
    }
    .into()
}

/// `account.updatePasswordSettings`: sets a password, changes it, or with an empty one removes it.
///
/// # Errors
/// `PASSWORD_HASH_INVALID` and `SRP_ID_INVALID` for the old one; `NEW_SETTINGS_INVALID`,
/// `NEW_SALT_INVALID` for the new one; `EMAIL_INVALID`: nothing is sent to addresses here.
pub(super) fn update_password_settings(
    request: &Request<'_>,
    input: f::account::UpdatePasswordSettings,
) -> Result<bool, Refusal> {
    let caller = {
        let (world, caller) = request.authorised()?;
        let has_one = world.account(caller).is_some_and(|a| a.password.is_some());
        let proof = matches!(input.password, InputCheckPasswordSrp::Srp(_));
        if has_one != proof {
            return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
        }
        caller
    };
    if let InputCheckPasswordSrp::Srp(proof) = input.password {
        login::check_proof(request, &proof)?;
    }
    let enums::account::PasswordInputSettings::Settings(new) = input.new_settings;
    if new.email.is_some_and(|email| !email.is_empty()) {
        return Err(Refusal::bad("EMAIL_INVALID"));
    }
    let (mut world, _) = request.authorised()?;
    match (new.new_algo, new.new_password_hash) {
        (Some(_), Some(hash)) if hash.is_empty() => world.set_password(caller, None),
        (Some(algorithm), Some(hash)) => {
            let password = password_of(algorithm, &hash, new.hint)?;
            world.set_password(caller, Some(Arc::new(password)));
        }
        (None, None) => {}
        _ => return Err(Refusal::bad("NEW_SETTINGS_INVALID")),
    }
    Ok(true)
}

fn password_of(
    algorithm: PasswordKdfAlgo,
    hash: &[u8],
    hint: Option<String>,
) -> Result<Password, Refusal> {
    let PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(algorithm) = algorithm
    else {
        return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
    };
    if algorithm.g != i32::from(G) || algorithm.p != prime() {
        return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
    }
    if algorithm.salt1.len() < GIVEN_SALT + OWN_SALT || algorithm.salt2.is_empty() {
        return Err(Refusal::bad("NEW_SALT_INVALID"));
    }
    let hint = hint.filter(|hint| !hint.is_empty());
    Password::from_verifier(algorithm.salt1, algorithm.salt2, hash, hint)
        .ok_or_else(|| Refusal::bad("NEW_SETTINGS_INVALID"))
}
