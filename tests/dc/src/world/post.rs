//! A message as the data centre holds it once, whoever sees it.
//!
//! Owns the text with all its versions. Knows neither whose box it is in nor pts.

use grammers_tl_types::enums::MessageEntity;

use super::ids::{MessageId, PostId, UserId};

/// One message of a private chat or of Saved Messages.
#[derive(Clone, Debug)]
pub struct Post {
    /// Who wrote it, and the id it has there.
    pub from: Side,
    /// Who got it; the same as `from` in Saved Messages.
    pub to: Side,
    /// Seconds since 1970.
    pub date: i32,
    /// What it says now.
    pub content: Content,
    /// True if the receiver's devices should not ring.
    pub silent: bool,
    /// The message it answers.
    pub reply_to: Option<PostId>,
    /// What it said before each edit, oldest first, with the time of that edit.
    pub edits: Vec<Edit>,
}

/// One participant of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Whose box.
    pub user: UserId,
    /// The message's id in that box.
    pub id: MessageId,
}

/// The text of a message with its formatting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// At most 4096 UTF-16 units.
    pub text: String,
    /// Offsets and lengths in UTF-16 units.
    pub entities: Vec<MessageEntity>,
}

/// An earlier version of a message.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What it said until then.
    pub before: String,
    /// When it was replaced, in seconds since 1970.
    pub date: i32,
}

impl Post {
    /// The id of this message in the box of `user`.
    pub fn id_for(&self, user: UserId) -> Option<MessageId> {
        [self.from, self.to]
            .into_iter()
            .find(|side| side.user == user)
            .map(|side| side.id)
    }

    /// Everybody who holds it: one side in Saved Messages, two otherwise.
    pub fn sides(&self) -> impl Iterator<Item = Side> + use<> {
        let other = (self.to.user != self.from.user).then_some(self.to);
        [Some(self.from), other].into_iter().flatten()
    }
}
