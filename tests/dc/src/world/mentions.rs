//! Who is meant by a message of a group: by name, by username, or because it answers theirs.
//!
//! Owns the rule. It marks nothing as read: a mention is read with its message.
//! Source: <https://core.telegram.org/api/mentions>.

use grammers_tl_types::enums::MessageEntity;

use super::World;
use super::channel::ChannelKind;
use super::ids::{MessageId, Peer, UserId};
use super::post::{Place, Post};

impl World {
    /// Whether a message of a group or supergroup mentions `user`, who did not write it.
    pub fn mentions(&self, post: &Post, user: UserId) -> bool {
        let is_group = match post.place {
            Place::Private(_) => false,
            Place::Group(_) => true,
            Place::Channel { channel, .. } => self
                .channel(channel)
                .is_some_and(|channel| channel.kind == ChannelKind::Supergroup),
        };
        if !is_group || post.author == user {
            return false;
        }
        let answered = post.reply_to.and_then(|id| self.post(id));
        let answers = post.action.is_none() && answered.is_some_and(|post| post.author == user);
        answers || self.is_named(post, user)
    }

    fn is_named(&self, post: &Post, user: UserId) -> bool {
        let by_name = post.content.entities.iter().any(
            |entity| matches!(entity, MessageEntity::MentionName(name) if name.user_id == user.0),
        );
        let text = &post.content.text;
        by_name
            || text.contains('@')
                && self.account(user).is_some_and(|account| {
                    usernames(text).any(|name| name.eq_ignore_ascii_case(&account.username))
                })
    }

    /// The members of a channel whom a message mentions.
    pub fn mentioned_members(&self, post: &Post) -> Vec<UserId> {
        let Some(channel) = post.channel().and_then(|id| self.channel(id)) else {
            return Vec::new();
        };
        let answered = post.reply_to.and_then(|id| self.post(id));
        let by_name = post.content.entities.iter().filter_map(|entity| {
            if let MessageEntity::MentionName(name) = entity {
                Some(UserId(name.user_id))
            } else {
                None
            }
        });
        let by_username = usernames(&post.content.text)
            .filter_map(|name| self.by_username.get(&name.to_lowercase()).copied());
        let mut meant: Vec<UserId> = by_name
            .chain(by_username)
            .chain(answered.map(|post| post.author))
            .filter(|user| channel.has(*user) && self.mentions(post, *user))
            .collect();
        meant.sort_unstable();
        meant.dedup();
        meant
    }

    /// Messages after the read mark that mention `user`.
    pub fn unread_mentions(&self, user: UserId, peer: Peer, read: MessageId) -> i32 {
        if matches!(peer, Peer::User(_)) {
            return 0;
        }
        let messages = self.messages_in(user, peer);
        let unread = messages.get(messages.partition_point(|id| *id <= read)..);
        let posts = unread.unwrap_or_default().iter();
        let count = posts
            .filter_map(|id| self.post_of(user, peer, *id))
            .filter_map(|id| self.post(id))
            .filter(|post| self.mentions(post, user))
            .count();
        i32::try_from(count).unwrap_or(i32::MAX)
    }
}

/// The usernames after at signs.
fn usernames(text: &str) -> impl Iterator<Item = &str> {
    text.split('@').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_what_follows_at_signs() {
        let found = |text| usernames(text).collect::<Vec<&str>>();
        assert_eq!(found("@bob, and @carol_1!"), ["bob", "carol_1"]);
        assert_eq!(found("nobody"), [""; 0]);
        assert_eq!(found("@@ü"), ["", ""]);
    }
}
