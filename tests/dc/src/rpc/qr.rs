//! Logging in by QR code: `auth.exportLoginToken`, `acceptLoginToken`, `importLoginToken`.
//!
//! Owns the forms of the answers. The tokens are the world's.

use grammers_tl_types::{Serializable as _, enums, functions as f, types};

use super::{Api, Request, account, login};
use crate::world::World;
use crate::world::ids::{KeyId, UserId};
use crate::world::keys::KeyState;
use crate::world::login_tokens::{Client, TokenState};
use crate::world::refusal::Refusal;

/// `auth.exportLoginToken`; what became of the token once somebody has scanned it.
///
/// # Errors
/// `API_ID_INVALID`; 401 `SESSION_PASSWORD_NEEDED` when who has scanned it has a password.
pub(super) fn export_login_token(
    request: &Request<'_>,
    input: f::auth::ExportLoginToken,
) -> Result<enums::auth::LoginToken, Refusal> {
    if input.api_id <= 0 || input.api_hash.is_empty() {
        return Err(Refusal::bad("API_ID_INVALID"));
    }
    let mut world = request.world();
    if let KeyState::PasswordPending(_) = world.key_state(request.key()) {
        return Err(Refusal::unauthorised("SESSION_PASSWORD_NEEDED"));
    }
    let client = Client {
        api_id: input.api_id,
        except: input.except_ids.into_iter().map(UserId).collect(),
    };
    match world.export_login_token(request.key(), client) {
        TokenState::Shown { token, expires } => {
            Ok(types::auth::LoginToken { expires, token }.into())
        }
        TokenState::Elsewhere { dc, token } => {
            Ok(types::auth::LoginTokenMigrateTo { dc_id: dc, token }.into())
        }
        TokenState::Accepted { user, api_id } => let_in(&mut world, request.key(), user, api_id),
    }
}

/// `auth.importLoginToken`, in the data centre of who has scanned the token.
///
/// # Errors
/// `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED`, `AUTH_TOKEN_ALREADY_ACCEPTED`; 401
/// `SESSION_PASSWORD_NEEDED`.
pub(super) fn import_login_token(
    request: &Request<'_>,
    input: f::auth::ImportLoginToken,
) -> Result<enums::auth::LoginToken, Refusal> {
    let mut world = request.world();
    let (user, api_id) = world.import_login_token(request.key(), &input.token)?;
    let_in(&mut world, request.key(), user, api_id)
}

/// `auth.acceptLoginToken`.
///
/// # Errors
/// Those of [`World::accept_login_token`].
pub(super) fn accept_login_token(
    request: &Request<'_>,
    input: f::auth::AcceptLoginToken,
) -> Result<enums::Authorization, Refusal> {
    let caller = request.authorised()?.1;
    request.api.accept_login_token(caller, &input.token)
}

impl Api {
    /// Lets an account scan a token, and tells the key that shows it. That one has no account
    /// yet, so that it is told by itself.
    ///
    /// # Errors
    /// Those of [`World::accept_login_token`].
    pub fn accept_login_token(
        &self,
        user: UserId,
        token: &[u8],
    ) -> Result<enums::Authorization, Refusal> {
        let mut world = self.world();
        let (key, api_id) = world.accept_login_token(user, token)?;
        let now = world.now();
        let update = types::UpdateShort {
            update: enums::Update::LoginToken,
            date: now,
        };
        let update = enums::Updates::UpdateShort(update).to_bytes();
        self.outlet.push(key, None, update.into());
        let password_pending = world.account(user).is_some_and(|a| a.password.is_some());
        let authorization = types::Authorization {
            password_pending,
            unconfirmed: true,
            ..account::log_in(false, key.0, api_id, now, now)
        };
        Ok(authorization.into())
    }
}

fn let_in(
    world: &mut World,
    key: KeyId,
    user: UserId,
    api_id: i32,
) -> Result<enums::auth::LoginToken, Refusal> {
    let dc = world.key(key).dc;
    login::enter(world, key, user, api_id)?;
    world.key(key).dc = dc;
    let authorization = login::authorization(world, user)?;
    Ok(types::auth::LoginTokenSuccess { authorization }.into())
}
