//! The chats of a run: pairs, basic groups, supergroups and broadcast channels.
//!
//! Owns who is in which. It writes nothing in them but what Telegram itself writes when a chat is
//! made or grows.

use crate::Failure;
use crate::fleet::{Member, refused};
use fastrand::Rng;
use local_dc::dc::Dc;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;

/// A chat with more than one side; accounts are places in the fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chat {
    pub(super) kind: Kind,
    /// How the data centre names it; empty for a pair.
    pub(super) name: String,
    /// Who is in it; the first one made it.
    pub(super) members: Vec<usize>,
    /// Who has been in it and is not now, the latest last.
    pub(super) former: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pair,
    Group,
    Supergroup,
    Broadcast,
}

impl Chat {
    /// Somebody who may write here.
    pub(super) fn author(&self, rng: &mut Rng) -> usize {
        match self.kind {
            Kind::Broadcast => self.members[0],
            Kind::Pair | Kind::Group | Kind::Supergroup => {
                self.members[rng.usize(0..self.members.len())]
            }
        }
    }

    /// How the data centre names the chat to one who writes there.
    pub(super) fn address<'a>(&'a self, author: usize, fleet: &'a [Member]) -> &'a str {
        match self.kind {
            Kind::Pair => {
                let other = self.members.iter().find(|member| **member != author);
                &fleet[other.copied().unwrap_or(author)].phone
            }
            Kind::Group | Kind::Supergroup | Kind::Broadcast => &self.name,
        }
    }
}

/// The chats that there are before the hub starts.
pub(super) fn found_all(dc: &Dc, fleet: &[Member], rng: &mut Rng) -> Result<Vec<Chat>, Failure> {
    let accounts = fleet.len();
    let mut chats = Vec::new();
    for account in 0..accounts {
        chats.push(pair(account, (account + 1) % accounts));
        chats.push(pair(account, (account + rng.usize(1..accounts)) % accounts));
    }
    for _ in 0..accounts.div_ceil(10) {
        chats.push(found(dc, fleet, rng, Kind::Group)?);
        chats.push(found(dc, fleet, rng, Kind::Supergroup)?);
    }
    for _ in 0..accounts.div_ceil(20) {
        chats.push(found(dc, fleet, rng, Kind::Broadcast)?);
    }
    Ok(chats)
}

fn pair(one: usize, other: usize) -> Chat {
    Chat {
        kind: Kind::Pair,
        name: String::new(),
        members: vec![one, other],
        former: Vec::new(),
    }
}

/// Makes a chat of chance members.
pub(super) fn found(dc: &Dc, fleet: &[Member], rng: &mut Rng, kind: Kind) -> Result<Chat, Failure> {
    let size = match kind {
        Kind::Pair => 2,
        Kind::Group => 8,
        Kind::Supergroup => 12,
        Kind::Broadcast => 20,
    };
    let mut members: Vec<usize> = (0..fleet.len()).collect();
    rng.shuffle(&mut members);
    members.truncate(size);
    let phones: Vec<&str> = members
        .iter()
        .map(|member| &*fleet[*member].phone)
        .collect();
    let (creator, others) = phones.split_first().ok_or("a chat without members")?;
    let new = NewChat::new(creator, "a chat of the run").with(others);
    let id = match kind {
        Kind::Pair => return Ok(pair(members[0], members[1])),
        Kind::Group => dc.create_group(new),
        Kind::Supergroup => dc.create_channel(ChannelKind::Supergroup, new),
        Kind::Broadcast => dc.create_channel(ChannelKind::Broadcast, new),
    };
    Ok(Chat {
        kind,
        name: id.map_err(|refusal| refused(&refusal))?.to_string(),
        members,
        former: Vec::new(),
    })
}

/// Takes an account into the chat: one that has been in it before if there is one, in half of the
/// cases. Answers which; pairs stay as they are.
pub(super) fn grow(
    dc: &Dc,
    fleet: &[Member],
    rng: &mut Rng,
    chat: &mut Chat,
) -> Result<Option<usize>, Failure> {
    if chat.kind == Kind::Pair {
        return Ok(None);
    }
    let stranger = rng.usize(0..fleet.len());
    let account = match chat.former.last() {
        Some(former) if rng.bool() => *former,
        _ => stranger,
    };
    if chat.members.contains(&account) {
        return Ok(None);
    }
    take_in(dc, fleet, chat, account)?;
    Ok(Some(account))
}

/// Takes an account into a group or channel that it is not in.
pub(super) fn take_in(
    dc: &Dc,
    fleet: &[Member],
    chat: &mut Chat,
    account: usize,
) -> Result<(), Failure> {
    let phone = &*fleet[account].phone;
    let taken = dc
        .pardon(&chat.name, phone)
        .and_then(|()| dc.add_members(&chat.name, &[phone]));
    taken.map_err(|refusal| refused(&refusal))?;
    chat.former.retain(|former| *former != account);
    chat.members.push(account);
    Ok(())
}

/// Removes a member who did not make the chat, or lets them leave. Answers which; pairs stay as
/// they are, and so do chats of two.
pub(super) fn shrink(
    dc: &Dc,
    fleet: &[Member],
    rng: &mut Rng,
    chat: &mut Chat,
) -> Result<Option<usize>, Failure> {
    if chat.kind == Kind::Pair || chat.members.len() < 3 {
        return Ok(None);
    }
    let account = chat.members.remove(rng.usize(1..chat.members.len()));
    let phone = &fleet[account].phone;
    let gone = if rng.bool() {
        dc.remove_member(&chat.name, phone)
    } else {
        dc.leave(&chat.name, phone)
    };
    gone.map_err(|refusal| refused(&refusal))?;
    chat.former.push(account);
    Ok(Some(account))
}
