//! What is known of channels and their members.
//!
//! Owns the forms of the answers and their paging. It changes nothing.

use grammers_tl_types::enums::ChannelParticipantsFilter as Filter;
use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::channel::{Channel, ChannelKind};
use crate::world::ids::{ChannelId, Peer, UserId};
use crate::world::moderation::Standing;
use crate::world::refusal::Refusal;

/// Participants in one answer, at most.
const PAGE: usize = 200;

/// `channels.getChannels`, in the order of their ids; those that the caller may not read come as
/// `channelForbidden`.
pub(super) fn get_channels(
    request: &Request<'_>,
    input: f::channels::GetChannels,
) -> Result<enums::messages::Chats, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut cast = Cast::default();
    for wanted in &input.id {
        let id = match (peers::channel(&world, caller, wanted), wanted) {
            (Err(refusal), enums::InputChannel::Channel(channel))
                if refusal.name == "CHANNEL_PRIVATE" =>
            {
                ChannelId(channel.channel_id)
            }
            (found, _) => found?,
        };
        cast.add(Peer::Channel(id));
    }
    let chats = cast.chats(&world, caller);
    Ok(types::messages::Chats { chats }.into())
}

/// `channels.getFullChannel`.
pub(super) fn get_full_channel(
    request: &Request<'_>,
    input: f::channels::GetFullChannel,
) -> Result<enums::messages::ChatFull, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let channel = peers::found_channel(&world, id)?;
    let cast = Cast::of([Peer::Channel(id)]);
    Ok(types::messages::ChatFull {
        full_chat: render::full_channel(&world, caller, channel),
        chats: cast.chats(&world, caller),
        users: cast.users(&world, caller),
    }
    .into())
}

/// `channels.getParticipants`, by user id: everybody, admins, those removed or restricted, or a search by
/// name and username.
///
/// # Errors
/// `CHAT_ADMIN_REQUIRED` for the members of a broadcast channel and for who was removed or restricted.
pub(super) fn get_participants(
    request: &Request<'_>,
    input: f::channels::GetParticipants,
) -> Result<enums::channels::ChannelParticipants, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let channel = peers::found_channel(&world, id)?;
    if channel.kind == ChannelKind::Broadcast {
        channel.check_any_admin(caller)?;
    }
    let from = usize::try_from(input.offset).unwrap_or(0);
    let limit = usize::try_from(input.limit).map_or(0, |limit| limit.min(PAGE));
    let wanted = wanted(&world, caller, channel, &input.filter)?;
    let mut cast = Cast::of([Peer::Channel(id)]);
    let page = wanted.iter().skip(from).take(limit);
    let participants = page.map(|user| {
        cast.add_user(*user);
        render::participant(channel, caller, *user)
    });
    let participants = participants.collect();
    Ok(types::channels::ChannelParticipants {
        count: render::count(wanted.len()),
        participants,
        chats: cast.chats(&world, caller),
        users: cast.users(&world, caller),
    }
    .into())
}

/// `channels.getParticipant`.
///
/// # Errors
/// `USER_NOT_PARTICIPANT`.
pub(super) fn get_participant(
    request: &Request<'_>,
    input: f::channels::GetParticipant,
) -> Result<enums::channels::ChannelParticipant, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let user = peers::person(&world, caller, &input.participant)?;
    let channel = peers::found_channel(&world, id)?;
    if channel.standing(user) == Standing::Left {
        return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
    }
    let cast = Cast::of([Peer::Channel(id), Peer::User(user)]);
    Ok(types::channels::ChannelParticipant {
        participant: render::participant(channel, caller, user),
        chats: cast.chats(&world, caller),
        users: cast.users(&world, caller),
    }
    .into())
}

fn wanted(
    world: &World,
    caller: UserId,
    channel: &Channel,
    filter: &Filter,
) -> Result<Vec<UserId>, Refusal> {
    let members = || channel.members.keys().copied();
    let matching = |query: &str| {
        let query = query.trim().to_lowercase();
        move |user: &UserId| is_called(world, *user, &query)
    };
    Ok(match filter {
        Filter::ChannelParticipantsRecent => members().collect(),
        Filter::ChannelParticipantsAdmins => {
            let admins = channel.moderation.admins.keys().copied();
            std::iter::once(channel.creator).chain(admins).collect()
        }
        Filter::ChannelParticipantsBots => Vec::new(),
        Filter::ChannelParticipantsBanned(search) => {
            channel.check_any_admin(caller)?;
            let restricted = channel.moderation.bans.keys().copied();
            let restricted = restricted.filter(|user| !channel.is_banned(*user));
            restricted.filter(matching(&search.q)).collect()
        }
        Filter::ChannelParticipantsSearch(search) => {
            members().filter(matching(&search.q)).collect()
        }
        Filter::ChannelParticipantsMentions(search) => {
            let query = search.q.as_deref().unwrap_or_default();
            members().filter(matching(query)).collect()
        }
        Filter::ChannelParticipantsContacts(search) => members()
            .filter(|user| world.has_contact(caller, *user))
            .filter(matching(&search.q))
            .collect(),
        Filter::ChannelParticipantsKicked(search) => {
            channel.check_any_admin(caller)?;
            let removed = channel.moderation.bans.keys().copied();
            let removed = removed.filter(|user| channel.is_banned(*user));
            removed.filter(matching(&search.q)).collect()
        }
    })
}

/// Whether a word of the name, or the username, begins so.
fn is_called(world: &World, user: UserId, query: &str) -> bool {
    let Some(account) = world.account(user) else {
        return false;
    };
    let name = format!("{} {}", account.first_name, account.last_name).to_lowercase();
    query.is_empty()
        || name.starts_with(query)
        || name.split(' ').any(|word| word.starts_with(query))
        || account.username.starts_with(query)
}
