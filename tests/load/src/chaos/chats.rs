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
    })
}

/// Takes an account into a group or supergroup that it is not in; pairs and channels stay as they
/// are.
pub(super) fn grow(
    dc: &Dc,
    fleet: &[Member],
    rng: &mut Rng,
    chat: &mut Chat,
) -> Result<(), Failure> {
    if !matches!(chat.kind, Kind::Group | Kind::Supergroup) {
        return Ok(());
    }
    let account = rng.usize(0..fleet.len());
    if chat.members.contains(&account) {
        return Ok(());
    }
    dc.add_members(&chat.name, &[&fleet[account].phone])
        .map_err(|refusal| refused(&refusal))?;
    chat.members.push(account);
    Ok(())
}
