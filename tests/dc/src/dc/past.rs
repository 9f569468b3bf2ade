//! Histories that were there before anybody logged in.
//!
//! Owns how one is described. Its messages move no pts and nobody is told of them: who is connected
//! finds them by asking.

use serde::{Deserialize, Deserializer, Serialize};

use super::media::{NewMedia, Prepared};
use super::{Dc, find, find_peer};
use crate::rpc::Locked;
use crate::world::channel::ChannelKind;
use crate::world::deliver::Body;
use crate::world::group::Group;
use crate::world::ids::{Peer, UserId};
use crate::world::post::Content;
use crate::world::refusal::Refusal;

/// Messages of one history, at most.
const MAX_COUNT: u32 = 1_000_000;

/// Messages of former times in one chat, at the same distance from each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Past {
    /// A marked id, a channel's username, or an account for the private chat with it.
    #[serde(deserialize_with = "name")]
    pub chat: String,
    /// Who writes in turn: in groups and channels members; in a private chat its two sides, or one
    /// of them; in a broadcast channel nobody need be named.
    pub accounts: Vec<String>,
    /// How many, at most 1,000,000.
    pub count: u32,
    /// When the first was sent, in seconds since 1970: not before what is in the chat.
    pub first_date: i32,
    /// Seconds from one to the next; the last must not be sent in the future.
    pub step: i32,
    /// What they say in turn; `{n}` becomes the number of each, from 1.
    pub texts: Vec<String>,
    /// Every so manieth shows something; 0 for none.
    pub media_every: u32,
    /// What those show in turn.
    pub media: Vec<NewMedia>,
    /// So many of the newest are unread, the reader's own not counted.
    pub unread: usize,
}

impl Default for Past {
    fn default() -> Self {
        Self {
            chat: String::new(),
            accounts: Vec::new(),
            count: 1000,
            first_date: 1_600_000_000,
            step: 60,
            texts: vec!["message {n}".to_owned()],
            media_every: 0,
            media: Vec::new(),
            unread: 0,
        }
    }
}

/// Where a history lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The place of its first message in the ledger; the others follow.
    pub first: usize,
    /// How many there are.
    pub count: u32,
    /// When the last was sent, in seconds since 1970.
    pub last_date: i32,
}

impl Dc {
    /// Puts a history into a chat, all at once.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`; 400 with the reason for authors who are not in the
    /// chat and for numbers out of range.
    pub fn settle(&self, past: &Past) -> Result<Settled, Refusal> {
        let last_date = past.last_date()?;
        let media = past.media.iter().map(NewMedia::prepare);
        let media: Vec<Prepared> = media.collect::<Result<_, _>>()?;
        let mut world = self.0.api.world();
        let ways = ways(&mut world, past)?;
        let newest = ways.iter().map(|(from, to)| world.newest_date(*from, *to));
        if newest.max().unwrap_or(0) > past.first_date {
            return Err(Refusal::bad("first_date is before what is in the chat"));
        }
        if last_date > world.now() {
            return Err(Refusal::bad("the last message is in the future"));
        }
        let first = world.ledger_len();
        for n in 0..past.count {
            let (from, to) = *in_turn(&ways, n).ok_or_else(|| Refusal::bad("nobody writes"))?;
            let body = Body {
                content: past.content(n, &media, &mut world, from)?,
                ..Body::default()
            };
            world.settle(from, to, body, past.date(n))?;
        }
        for (user, peer) in readers(&world, &ways) {
            world.leave_unread(user, peer, past.unread);
        }
        Ok(Settled {
            first,
            count: past.count,
            last_date,
        })
    }
}

impl Past {
    fn date(&self, n: u32) -> i32 {
        let n = i32::try_from(n).unwrap_or(i32::MAX);
        self.first_date.saturating_add(n.saturating_mul(self.step))
    }

    fn last_date(&self) -> Result<i32, Refusal> {
        if !(1..=MAX_COUNT).contains(&self.count) {
            return Err(Refusal::bad("count must be 1 to 1000000"));
        }
        if self.step < 0 || self.first_date <= 0 {
            return Err(Refusal::bad("step and first_date must not be negative"));
        }
        if self.texts.is_empty() || self.media_every > 0 && self.media.is_empty() {
            return Err(Refusal::bad(
                "texts, or media beside media_every, are missing",
            ));
        }
        Ok(self.date(self.count - 1))
    }

    fn content(
        &self,
        n: u32,
        media: &[Prepared],
        world: &mut Locked<'_>,
        from: UserId,
    ) -> Result<Content, Refusal> {
        let number = n + 1;
        let text = in_turn(&self.texts, n).map_or("", String::as_str);
        let mut content = Content::plain(text.replace("{n}", &number.to_string()));
        if self.media_every > 0 && number.is_multiple_of(self.media_every) {
            let shown = in_turn(media, number / self.media_every - 1);
            content.media = shown.map(|shown| shown.media(world, from)).transpose()?;
        }
        Ok(content)
    }
}

/// A name, or a marked id without quotes.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Name {
        Id(i64),
        Text(String),
    }
    Ok(match Name::deserialize(deserializer)? {
        Name::Id(id) => id.to_string(),
        Name::Text(text) => text,
    })
}

fn in_turn<T>(all: &[T], n: u32) -> Option<&T> {
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    all.get(n.checked_rem(all.len())?)
}

/// Who writes where, in turn.
fn ways(world: &mut Locked<'_>, past: &Past) -> Result<Vec<(UserId, Peer)>, Refusal> {
    let chat = find_peer(world, &past.chat)?;
    let accounts = past.accounts.iter().map(|name| find(world, name));
    let accounts: Vec<UserId> = accounts.collect::<Result<_, _>>()?;
    let is_member = |user: &UserId| match chat {
        Peer::User(_) => true,
        Peer::Group(id) => world.group(id).is_some_and(|group| group.has(*user)),
        Peer::Channel(id) => world.channel(id).is_some_and(|found| found.has(*user)),
    };
    if !accounts.iter().all(is_member) {
        return Err(Refusal::bad("an author is not in the chat"));
    }
    match chat {
        Peer::User(one) => {
            let other = accounts.iter().find(|user| **user != one).copied();
            let other = other.unwrap_or(one);
            if accounts.iter().any(|user| ![one, other].contains(user)) {
                return Err(Refusal::bad("a private chat has two sides"));
            }
            let way = |from| (from, Peer::User(if from == one { other } else { one }));
            Ok(accounts.into_iter().map(way).collect())
        }
        Peer::Channel(id) => {
            let channel = world.channel(id);
            let broadcast = channel.filter(|found| found.kind == ChannelKind::Broadcast);
            let accounts = match broadcast {
                Some(found) if accounts.is_empty() => vec![found.creator],
                _ => accounts,
            };
            Ok(accounts.into_iter().map(|from| (from, chat)).collect())
        }
        Peer::Group(_) => Ok(accounts.into_iter().map(|from| (from, chat)).collect()),
    }
}

/// Everybody who has the history, with the name they have for the chat.
fn readers(world: &Locked<'_>, ways: &[(UserId, Peer)]) -> Vec<(UserId, Peer)> {
    let Some((from, to)) = ways.first().copied() else {
        return Vec::new();
    };
    let members = match to {
        Peer::User(other) => return vec![(from, to), (other, Peer::User(from))],
        Peer::Group(id) => world.group(id).map(Group::users),
        Peer::Channel(id) => world
            .channel(id)
            .map(|found| found.members.keys().copied().collect()),
    };
    let members = members.unwrap_or_default().into_iter();
    members.map(|user| (user, to)).collect()
}
