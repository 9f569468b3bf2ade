//! Searching: which messages of a chat, or of all chats, are meant by a query.
//!
//! Owns what matches, and the order of what is found in several chats. The paging is the caller's.
//! Source: <https://core.telegram.org/api/search>.

use super::World;
use super::channel::ChannelKind;
use super::ids::{MessageId, Peer, UserId};
use super::kinds::Kind;
use super::post::{Place, Post};
use super::topics::GENERAL;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words of the text, in any case; everything if empty.
    pub text: String,
    /// Only what this user wrote, or this channel posted.
    pub from: Option<Peer>,
    /// Only messages of this topic of a forum.
    pub topic: Option<MessageId>,
    /// Only messages of this kind.
    pub filter: Filter,
    /// After this time, in seconds since 1970; 0 for no bound.
    pub min_date: i32,
    /// Before this time, in seconds since 1970; 0 for no bound.
    pub max_date: i32,
}

/// Which messages a search is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them, service messages only without a text to look for.
    #[default]
    Any,
    /// Those that are pinned.
    Pinned,
    /// Those that mention who searches.
    Mentions,
    /// Those with links.
    Url,
    /// Those that show one of these.
    Kinds(&'static [Kind]),
}

/// Of which chats the messages are that a search in all chats is for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chats {
    /// Only of those in this folder: the list or the archive.
    pub folder: Option<i32>,
    /// Of private chats.
    pub users: bool,
    /// Of groups of both kinds.
    pub groups: bool,
    /// Of broadcast channels; of all three if none is named.
    pub broadcasts: bool,
}

/// A message that was found in one of many chats. In the order of Telegram, if the order is
/// turned round: by time, then by chat, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// When it was sent, in seconds since 1970.
    pub date: i32,
    /// Where.
    pub peer: Peer,
    /// Its number there.
    pub id: MessageId,
}

impl World {
    /// The messages of a chat that a query means, oldest first.
    pub fn search(&self, user: UserId, peer: Peer, query: &Query) -> Vec<MessageId> {
        let terms = Terms::of(self, peer, query);
        let messages = self.messages_in(user, peer).iter().copied();
        messages
            .filter(|id| self.matches(user, peer, *id, &terms))
            .collect()
    }

    /// The messages of all private chats and basic groups of an account that a query means, oldest
    /// first.
    pub fn search_box(&self, user: UserId, query: &Query) -> Vec<MessageId> {
        let Some(account) = self.account(user) else {
            return Vec::new();
        };
        let terms = |peer| Terms::of(self, peer, query);
        let found = account.dialogs.iter().flat_map(|(peer, dialog)| {
            let terms = terms(*peer);
            let messages = dialog.messages().iter().copied();
            messages.filter(move |id| self.matches(user, *peer, *id, &terms))
        });
        let mut found: Vec<MessageId> = found.collect();
        found.sort_unstable();
        found
    }

    /// The messages of all these chats of an account that a query means, newest first.
    pub fn search_everywhere(&self, user: UserId, query: &Query, chats: Chats) -> Vec<Hit> {
        let listed = self.dialogs_by_time(user).into_iter();
        let listed = listed.filter(|listed| {
            let in_folder = chats.folder.is_none_or(|folder| folder == listed.folder);
            in_folder && chats.has(self, listed.peer)
        });
        let found = listed.flat_map(|listed| {
            let peer = listed.peer;
            let ids = self.search(user, peer, query).into_iter();
            ids.filter_map(move |id| {
                let date = self.post(self.post_of(user, peer, id)?)?.date;
                Some(Hit { date, peer, id })
            })
        });
        let mut found: Vec<Hit> = found.collect();
        found.sort_unstable_by_key(|hit| std::cmp::Reverse(*hit));
        found
    }

    fn matches(&self, user: UserId, peer: Peer, id: MessageId, terms: &Terms<'_>) -> bool {
        let post = self.post_of(user, peer, id).and_then(|id| self.post(id));
        post.is_some_and(|post| {
            terms.fit(self, post)
                && match terms.query.filter {
                    Filter::Any => true,
                    Filter::Pinned => self.is_pinned(user, peer, id),
                    Filter::Mentions => self.mentions(post, user),
                    Filter::Url => post.content.has_link(),
                    Filter::Kinds(kinds) => {
                        self.kind(post).is_some_and(|kind| kinds.contains(&kind))
                    }
                }
        })
    }

    /// Who a message is from, as those see it who read it.
    fn sender(&self, post: &Post) -> Peer {
        match post.place {
            Place::Channel { channel, .. }
                if self
                    .channel(channel)
                    .is_some_and(|found| found.kind == ChannelKind::Broadcast) =>
            {
                Peer::Channel(channel)
            }
            _ => Peer::User(post.author),
        }
    }
}

impl Chats {
    fn has(self, world: &World, peer: Peer) -> bool {
        if !(self.users || self.groups || self.broadcasts) {
            return true;
        }
        match peer {
            Peer::User(_) => self.users,
            Peer::Group(_) => self.groups,
            Peer::Channel(id) => match world.channel(id).map(|channel| channel.kind) {
                Some(ChannelKind::Supergroup) => self.groups,
                Some(ChannelKind::Broadcast) => self.broadcasts,
                None => false,
            },
        }
    }
}

/// A query as it counts in one chat.
struct Terms<'a> {
    query: &'a Query,
    text: Text,
    from: Option<Peer>,
    max_date: i32,
}

/// What a text must hold, in lower case.
enum Text {
    Anything,
    Part(String),
    Words(Vec<String>),
}

impl<'a> Terms<'a> {
    fn of(world: &World, peer: Peer, query: &'a Query) -> Self {
        let rules = &world.rules;
        let is_private = matches!(peer, Peer::User(_));
        let by_kind_alone = query.filter != Filter::Any && query.text.is_empty();
        let from = query.from;
        let wanted = query.text.to_lowercase();
        Self {
            query,
            text: match wanted.trim() {
                "" => Text::Anything,
                _ if rules.search_by_words => {
                    Text::Words(words(&wanted).map(str::to_owned).collect())
                }
                part => Text::Part(part.to_owned()),
            },
            from: from.filter(|_| !(rules.search_ignores && is_private)),
            max_date: match query.max_date {
                date if date > 0 && !(rules.search_ignores && by_kind_alone) => date,
                _ => i32::MAX,
            },
        }
    }

    fn fit(&self, world: &World, post: &Post) -> bool {
        let query = self.query;
        (query.min_date <= 0 || post.date > query.min_date)
            && post.date < self.max_date
            && self.from.is_none_or(|from| world.sender(post) == from)
            && query.topic.is_none_or(|topic| stands_in(post, topic))
            && self.text.fits(post)
    }
}

impl Text {
    fn fits(&self, post: &Post) -> bool {
        let text = || post.content.text.to_lowercase();
        match self {
            Self::Anything => true,
            _ if post.action.is_some() => false,
            Self::Part(part) => text().contains(part),
            Self::Words(wanted) => {
                let text = text();
                !wanted.is_empty()
                    && wanted
                        .iter()
                        .all(|wanted| words(&text).any(|word| word == wanted))
            }
        }
    }
}

/// The words of a text, as Telegram's servers see them: what stands between spaces and signs, also
/// where a language writes without spaces.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    words.filter(|word| !word.is_empty())
}

fn stands_in(post: &Post, topic: MessageId) -> bool {
    match (post.topic, &post.place) {
        (Some(own), _) => own == topic,
        (None, Place::Channel { id, .. }) => *id == topic || topic == GENERAL,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::super::post::Content;
    use super::super::send::Draft;
    use super::*;
    use crate::clock::Clock;

    fn said(texts: &[&str]) -> (World, UserId, Peer) {
        let mut world = World::new(fixed(), Clock::default());
        let [alice, bob] = ["alice", "bob"].map(|name| world.user_by_name(name).unwrap());
        for text in texts {
            let draft = Draft {
                content: Content::plain(*text),
                ..Draft::default()
            };
            world.send(alice, Peer::User(bob), draft, None).unwrap();
        }
        (world, alice, Peer::User(bob))
    }

    fn found(world: &World, user: UserId, peer: Peer, text: &str) -> Vec<i32> {
        let query = Query {
            text: text.to_owned(),
            ..Query::default()
        };
        let ids = world.search(user, peer, &query);
        ids.into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn whole_words_are_found_in_any_case_and_order() {
        let (mut world, alice, bob) = said(&["The Telegram test.", "中文测试", "Привет, МИР"]);
        let ids = |text: &str| found(&world, alice, bob, text);
        assert_eq!(ids("TEST telegram"), [1]);
        assert_eq!(ids("мир"), [3]);
        assert_eq!(ids("中文测试"), [2]);
        for part in ["gram", "tele", "中文", "test none", "!"] {
            assert_eq!(ids(part), [0; 0], "{part}");
        }
        world.rules.search_by_words = false;
        assert_eq!(found(&world, alice, bob, "gram"), [1]);
    }

    #[test]
    fn the_sender_counts_in_groups_only() {
        let (mut world, alice, bob) = said(&["one", "two"]);
        let query = Query {
            from: Some(bob),
            ..Query::default()
        };
        assert_eq!(world.search(alice, bob, &query).len(), 2);
        world.rules.search_ignores = false;
        assert!(world.search(alice, bob, &query).is_empty());
    }

    #[test]
    fn dates_are_bounds_that_are_not_found_themselves() {
        let (world, alice, bob) = said(&["one"]);
        let id = MessageId(1);
        let date = world
            .post(world.post_of(alice, bob, id).unwrap())
            .unwrap()
            .date;
        let between = |min_date, max_date| {
            let query = Query {
                min_date,
                max_date,
                ..Query::default()
            };
            world.search(alice, bob, &query).len()
        };
        assert_eq!((between(date - 1, date + 1), between(0, 0)), (1, 1));
        assert_eq!((between(date, 0), between(0, date)), (0, 0));
    }
}
