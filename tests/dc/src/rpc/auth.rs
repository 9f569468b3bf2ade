//! The life of a key after its log-in: log out, export to another data centre, import there.
//!
//! Owns the exported tokens' form. How a key gets its account is `login`'s.

use grammers_tl_types::{enums, functions as f, types};

use super::{Request, login};
use crate::world::foreign::Exported;
use crate::world::keys::KeyState;
use crate::world::random::random;
use crate::world::refusal::Refusal;

/// Exported authorisations kept for import; beyond it the old ones are forgotten.
const EXPORTED: usize = 10_000;

/// `auth.logOut`.
pub(super) fn log_out(
    request: &Request<'_>,
    _: f::auth::LogOut,
) -> Result<enums::auth::LoggedOut, Refusal> {
    let (mut world, _) = request.authorised()?;
    world.end_key(request.key(), KeyState::Anonymous);
    Ok(types::auth::LoggedOut {
        future_auth_token: None,
    }
    .into())
}

/// `auth.resetAuthorizations`: ends every other log-in of the account.
pub(super) fn reset_authorizations(
    request: &Request<'_>,
    _: f::auth::ResetAuthorizations,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let keys = world
        .account(caller)
        .map_or(Vec::new(), |account| account.keys.clone());
    for key in keys.into_iter().filter(|key| *key != request.key()) {
        world.end_key(key, KeyState::Revoked(caller));
    }
    Ok(true)
}

/// `auth.exportAuthorization`. Every data centre id is this server.
pub(super) fn export_authorization(
    request: &Request<'_>,
    input: f::auth::ExportAuthorization,
) -> Result<enums::auth::ExportedAuthorization, Refusal> {
    let (mut world, caller) = request.authorised()?;
    if !(1..=5).contains(&input.dc_id) {
        return Err(Refusal::bad("DC_ID_INVALID"));
    }
    if world.exported.len() >= EXPORTED {
        world.exported.clear();
    }
    let bytes = random::<32>().to_vec();
    let exported = Exported {
        user: caller,
        dc: input.dc_id,
    };
    world.exported.insert(bytes.clone(), exported);
    Ok(types::auth::ExportedAuthorization {
        id: caller.0,
        bytes,
    }
    .into())
}

/// `auth.importAuthorization`.
pub(super) fn import_authorization(
    request: &Request<'_>,
    input: f::auth::ImportAuthorization,
) -> Result<enums::auth::Authorization, Refusal> {
    let mut world = request.world();
    let exported = world
        .exported
        .remove(&input.bytes)
        .filter(|exported| exported.user.0 == input.id)
        .ok_or_else(|| Refusal::bad("AUTH_BYTES_INVALID"))?;
    world.import(request.key(), exported);
    login::authorization(&world, exported.user)
}

/// `auth.bindTempAuthKey`: temporary keys are not served.
pub(super) fn bind_temp_auth_key(
    _: &Request<'_>,
    _: f::auth::BindTempAuthKey,
) -> Result<bool, Refusal> {
    Err(Refusal::bad("TEMP_AUTH_KEY_EMPTY"))
}
