//! What an account says of itself: its names, its username, its text.
//!
//! Owns the forms of the answers. What may be said is the world's.

use grammers_tl_types::{enums, functions as f};

use super::{Request, render};
use crate::world::World;
use crate::world::ids::{Peer, UserId};
use crate::world::refusal::Refusal;

/// `account.checkUsername`.
///
/// # Errors
/// `USERNAME_INVALID`, `USERNAME_OCCUPIED`.
pub(super) fn check_username(
    request: &Request<'_>,
    input: f::account::CheckUsername,
) -> Result<bool, Refusal> {
    let (mut world, _) = request.authorised()?;
    let name = input.username.to_lowercase();
    let well_formed = (3..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !well_formed {
        return Err(Refusal::bad("USERNAME_INVALID"));
    }
    if world.user_by_username(&name).is_some() || world.channel_by_username(&name).is_some() {
        return Err(Refusal::bad("USERNAME_OCCUPIED"));
    }
    Ok(true)
}

/// `account.updateUsername`; an empty one takes it away.
///
/// # Errors
/// `USERNAME_INVALID`, `USERNAME_OCCUPIED`, `USERNAME_NOT_MODIFIED`.
pub(super) fn update_username(
    request: &Request<'_>,
    input: f::account::UpdateUsername,
) -> Result<enums::User, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let account = world.account(caller);
    let before = account.map_or(String::new(), |account| account.username.clone());
    let bought = account.map_or(Vec::new(), |account| account.bought.clone());
    if before == input.username.to_lowercase() {
        return Err(Refusal::bad("USERNAME_NOT_MODIFIED"));
    }
    let names = std::iter::once(input.username.as_str()).filter(|name| !name.is_empty());
    let names: Vec<&str> = names.chain(bought.iter().map(String::as_str)).collect();
    world.set_usernames(Peer::User(caller), &names, true)?;
    myself(&world, caller)
}

/// `account.updateProfile`; what is left out stays.
///
/// # Errors
/// `FIRSTNAME_INVALID`, `LASTNAME_INVALID`, `ABOUT_TOO_LONG`.
pub(super) fn update_profile(
    request: &Request<'_>,
    input: f::account::UpdateProfile,
) -> Result<enums::User, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let names = (input.first_name, input.last_name);
    world.change_profile(caller, names, input.about)?;
    myself(&world, caller)
}

fn myself(world: &World, caller: UserId) -> Result<enums::User, Refusal> {
    render::user(world, caller, caller).ok_or_else(|| Refusal::new(500, "INTERNAL"))
}
