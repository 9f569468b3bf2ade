//! `contacts.*`: finding people and saving them.
//!
//! Owns the forms of the answers; who exists is the world's.

use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::account::Contact;
use crate::world::ids::{Peer, UserId};
use crate::world::refusal::Refusal;

/// `contacts.resolveUsername`.
///
/// # Errors
/// `USERNAME_INVALID` for what cannot be one, `USERNAME_NOT_OCCUPIED` for nobody's.
pub(super) fn resolve_username(
    request: &Request<'_>,
    input: f::contacts::ResolveUsername,
) -> Result<enums::contacts::ResolvedPeer, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let name = input.username.trim_start_matches('@');
    let well_formed = (3..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !well_formed {
        return Err(Refusal::bad("USERNAME_INVALID"));
    }
    let user = world.user_by_username(name).map(Peer::User);
    let channel = || world.channel_by_username(name).map(Peer::Channel);
    let found = user
        .or_else(channel)
        .ok_or_else(|| Refusal::bad("USERNAME_NOT_OCCUPIED"))?;
    Ok(resolved(&world, caller, found))
}

/// `contacts.resolvePhone`.
///
/// # Errors
/// `PHONE_NOT_OCCUPIED`.
pub(super) fn resolve_phone(
    request: &Request<'_>,
    input: f::contacts::ResolvePhone,
) -> Result<enums::contacts::ResolvedPeer, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let user = world
        .user_by_phone(&input.phone)
        .ok_or_else(|| Refusal::bad("PHONE_NOT_OCCUPIED"))?;
    Ok(resolved(&world, caller, Peer::User(user)))
}

fn resolved(world: &World, caller: UserId, found: Peer) -> enums::contacts::ResolvedPeer {
    types::contacts::ResolvedPeer {
        peer: render::peer(found),
        chats: Cast::of([found]).chats(world, caller),
        users: Cast::of([found]).users(world, caller),
    }
    .into()
}

/// `contacts.block`.
pub(super) fn block(request: &Request<'_>, input: f::contacts::Block) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let user = peers::person(&world, caller, &input.id)?;
    world.block(caller, user, true, Some(request.origin()));
    Ok(true)
}

/// `contacts.unblock`.
pub(super) fn unblock(request: &Request<'_>, input: f::contacts::Unblock) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let user = peers::person(&world, caller, &input.id)?;
    world.block(caller, user, false, Some(request.origin()));
    Ok(true)
}

/// `contacts.getBlocked`, by user id.
pub(super) fn get_blocked(
    request: &Request<'_>,
    input: f::contacts::GetBlocked,
) -> Result<enums::contacts::Blocked, Refusal> {
    let (world, caller) = request.authorised()?;
    let all = world.account(caller).map(|account| &account.blocked);
    let all: Vec<UserId> = all.into_iter().flatten().copied().collect();
    let from = usize::try_from(input.offset).unwrap_or(0);
    let limit = usize::try_from(input.limit.clamp(1, 100)).unwrap_or(1);
    let page = all.iter().skip(from).take(limit).copied();
    let page: Vec<UserId> = page.collect();
    let date = world.now();
    let blocked = page.iter().map(|user| {
        let peer_id = render::peer(Peer::User(*user));
        types::PeerBlocked { peer_id, date }.into()
    });
    let (blocked, chats) = (blocked.collect(), Vec::new());
    let users = render::users(&world, caller, page.iter().copied());
    if page.len() == all.len() {
        let all = types::contacts::Blocked {
            blocked,
            chats,
            users,
        };
        return Ok(all.into());
    }
    Ok(types::contacts::BlockedSlice {
        count: render::count(all.len()),
        blocked,
        chats,
        users,
    }
    .into())
}

/// `contacts.getContacts`, all of them whatever the hash.
pub(super) fn get_contacts(
    request: &Request<'_>,
    _: f::contacts::GetContacts,
) -> Result<enums::contacts::Contacts, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut ids: Vec<UserId> = world.account(caller).map_or(Vec::new(), |account| {
        account.contacts.keys().copied().collect()
    });
    ids.sort_unstable();
    Ok(types::contacts::Contacts {
        contacts: ids
            .iter()
            .map(|id| {
                types::Contact {
                    user_id: id.0,
                    mutual: world.has_contact(*id, caller),
                }
                .into()
            })
            .collect(),
        saved_count: i32::try_from(ids.len()).unwrap_or(i32::MAX),
        users: render::users(&world, caller, ids),
    }
    .into())
}

/// `contacts.importContacts`; numbers that nobody has are left out.
pub(super) fn import_contacts(
    request: &Request<'_>,
    input: f::contacts::ImportContacts,
) -> Result<enums::contacts::ImportedContacts, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let mut imported = Vec::new();
    let mut ids = Vec::new();
    for contact in input.contacts {
        let enums::InputContact::InputPhoneContact(contact) = contact;
        let Some(user) = world.user_by_phone(&contact.phone) else {
            continue;
        };
        let saved = Contact {
            first_name: contact.first_name,
            last_name: contact.last_name,
        };
        world.save_contact(caller, user, saved);
        ids.push(user);
        let entry = types::ImportedContact {
            user_id: user.0,
            client_id: contact.client_id,
        };
        imported.push(entry.into());
    }
    Ok(types::contacts::ImportedContacts {
        imported,
        popular_invites: Vec::new(),
        retry_contacts: Vec::new(),
        users: render::users(&world, caller, ids),
    }
    .into())
}

/// `contacts.addContact`.
pub(super) fn add_contact(
    request: &Request<'_>,
    input: f::contacts::AddContact,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let user = peers::user(&world, caller, &input.id)?;
    if input.first_name.trim().is_empty() {
        return Err(Refusal::bad("CONTACT_NAME_EMPTY"));
    }
    let saved = Contact {
        first_name: input.first_name,
        last_name: input.last_name,
    };
    world.save_contact(caller, user, saved);
    Ok(changed(&world, caller, vec![user]))
}

/// `contacts.deleteContacts`.
pub(super) fn delete_contacts(
    request: &Request<'_>,
    input: f::contacts::DeleteContacts,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let mut ids = Vec::new();
    for id in &input.id {
        let user = peers::user(&world, caller, id)?;
        world.forget_contact(caller, user);
        ids.push(user);
    }
    Ok(changed(&world, caller, ids))
}

fn changed(world: &World, caller: UserId, ids: Vec<UserId>) -> enums::Updates {
    types::Updates {
        updates: Vec::new(),
        users: render::users(world, caller, ids),
        chats: Vec::new(),
        date: world.now(),
        seq: 0,
    }
    .into()
}
