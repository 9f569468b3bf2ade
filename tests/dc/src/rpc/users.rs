//! `users.*`: what is known of somebody.
//!
//! Owns nothing; how a user looks to a viewer is `render`'s.

use grammers_tl_types::{enums, functions as f, types};

use super::{Request, peers, render};
use crate::world::refusal::Refusal;

/// `users.getUsers`, in the order asked for.
pub(super) fn get_users(
    request: &Request<'_>,
    input: f::users::GetUsers,
) -> Result<Vec<enums::User>, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut users = Vec::with_capacity(input.id.len());
    for id in &input.id {
        let id = peers::user(&world, caller, id)?;
        users.extend(render::user(&world, caller, id));
    }
    Ok(users)
}

/// `users.getFullUser`.
pub(super) fn get_full_user(
    request: &Request<'_>,
    input: f::users::GetFullUser,
) -> Result<enums::users::UserFull, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = peers::user(&world, caller, &input.id)?;
    Ok(types::users::UserFull {
        full_user: render::full_user(&world, caller, id),
        chats: Vec::new(),
        users: render::users(&world, caller, [id]),
    }
    .into())
}
