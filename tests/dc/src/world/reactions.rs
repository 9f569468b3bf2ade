//! Reactions to messages.
//!
//! Owns which emoji there are and who is told. Every account has at most one reaction to a
//! message. Source: <https://core.telegram.org/api/reactions>.

use super::World;
use super::ids::{MessageId, Peer, PostId, UserId};
use super::news::{News, Origin};
use super::post::Post;
use super::refusal::Refusal;

/// The emoji that everybody may react with, without variation selectors.
const EMOJI: &str = "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡";
/// Asks for the coloured form of an emoji; no part of a reaction.
const VARIATION_SELECTOR: char = '\u{FE0F}';

/// Somebody's reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// Whose.
    pub user: UserId,
    /// Without variation selectors.
    pub emoji: String,
    /// Since when, in seconds since 1970.
    pub date: i32,
}

impl World {
    /// Sets the reaction of `user` to a message; without an emoji takes it away.
    ///
    /// # Errors
    /// 400 `MESSAGE_ID_INVALID` for what is not there and for service messages,
    /// `REACTION_INVALID`, `MESSAGE_NOT_MODIFIED`.
    pub fn react(
        &mut self,
        user: UserId,
        peer: Peer,
        id: MessageId,
        emoji: Option<&str>,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let emoji = emoji.map(known).transpose()?;
        let post_id = self
            .post_of(user, peer, id)
            .filter(|post| self.post(*post).is_some_and(|post| post.action.is_none()))
            .ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
        let date = self.now();
        let Some(post) = self.posts.get_mut(post_id.0) else {
            return Ok(());
        };
        if post.reaction_of(user) == emoji.as_deref() {
            return Err(Refusal::bad("MESSAGE_NOT_MODIFIED"));
        }
        post.reactions.retain(|reaction| reaction.user != user);
        post.reactions
            .extend(emoji.map(|emoji| Reaction { user, emoji, date }));
        self.tell_of_reactions(user, peer, post_id, origin);
        Ok(())
    }

    fn tell_of_reactions(&mut self, by: UserId, peer: Peer, post: PostId, origin: Option<Origin>) {
        let Some(post) = self.post(post) else { return };
        if let (Some(channel), Some(id)) = (post.channel(), post.id_for(by)) {
            return self.tell_members(channel, News::Reacted { peer, id, by }, origin);
        }
        for side in post.sides.clone() {
            let held = self.account(side.user).and_then(|a| a.held(side.id));
            if let Some(held) = held {
                let (peer, id) = (held.peer, side.id);
                let except = origin.filter(|_| side.user == by);
                self.tell(side.user, News::Reacted { peer, id, by }, except);
            }
        }
    }
}

impl Post {
    /// The emoji with which `user` has reacted.
    pub fn reaction_of(&self, user: UserId) -> Option<&str> {
        let own = self.reactions.iter().find(|own| own.user == user);
        own.map(|own| own.emoji.as_str())
    }

    /// How often each emoji was given, the first given first.
    pub fn reaction_counts(&self) -> Vec<(&str, i32)> {
        let mut counts: Vec<(&str, i32)> = Vec::new();
        for Reaction { emoji, .. } in &self.reactions {
            match counts.iter_mut().find(|(known, _)| known == emoji) {
                Some((_, count)) => *count += 1,
                None => counts.push((emoji, 1)),
            }
        }
        counts
    }
}

fn known(emoji: &str) -> Result<String, Refusal> {
    let plain = emoji.replace(VARIATION_SELECTOR, "");
    if EMOJI.split(' ').any(|known| known == plain) {
        Ok(plain)
    } else {
        Err(Refusal::bad("REACTION_INVALID"))
    }
}
