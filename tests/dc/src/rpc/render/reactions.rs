//! Reactions to a message as a viewer sees them.
//!
//! Owns who is shown: in broadcast channels only the counts. Without a viewer they come `min`, as
//! they look to everybody. Source: <https://core.telegram.org/constructor/messageReactions>.

use grammers_tl_types::{enums, types};

use super::peer::user_peer;
use crate::world::ids::UserId;
use crate::world::post::Post;
use crate::world::reactions::Reaction;

/// People that are named with the counts, the newest ones.
const RECENT: usize = 3;

/// `messageReactions`, also when there are none.
pub(super) fn reactions(
    post: &Post,
    viewer: Option<UserId>,
    shows_people: bool,
) -> enums::MessageReactions {
    let own = viewer.and_then(|viewer| post.reaction_of(viewer));
    let results = post.reaction_counts().into_iter().map(|(emoji, count)| {
        types::ReactionCount {
            chosen_order: (own == Some(emoji)).then_some(0),
            reaction: emoji_reaction(emoji),
            count,
        }
        .into()
    });
    let results = results.collect();
    let recent = post.reactions.iter().rev().take(RECENT);
    let recent = recent.map(|one| by(one, viewer)).collect();
    types::MessageReactions {
        min: viewer.is_none(),
        can_see_list: shows_people,
        reactions_as_tags: false,
        results,
        recent_reactions: shows_people.then_some(recent),
        top_reactors: None,
    }
    .into()
}

fn by(one: &Reaction, viewer: Option<UserId>) -> enums::MessagePeerReaction {
    types::MessagePeerReaction {
        big: false,
        unread: false,
        my: viewer == Some(one.user),
        peer_id: user_peer(one.user),
        date: one.date,
        reaction: emoji_reaction(&one.emoji),
    }
    .into()
}

fn emoji_reaction(emoji: &str) -> enums::Reaction {
    let emoticon = emoji.to_owned();
    types::ReactionEmoji { emoticon }.into()
}
