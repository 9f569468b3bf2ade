//! Texts with entities, and the two markups that people write them in.
//!
//! It owns the reading of Markdown and HTML and the writing of both; no text is an error in
//! either, and every reader takes time in proportion to its text. It knows no account and no
//! chat: a mention stays a user's number until somebody who knows the user resolves it.

mod canonical;
mod html;
mod markdown;
mod measured;
mod span;
#[cfg(test)]
mod tests;

pub use html::{html, to_html};
pub use markdown::{markdown, to_markdown};

use crate::model::{ChatId, Peer};
use crate::telegram::convert;
use grammers_client::tl;
use grammers_client::tl::enums::{InputUser, MessageEntity as Entity};
use span::Span;

/// A text and its entities; offsets and lengths in UTF-16 code units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formatted {
    /// The text without markup.
    pub text: String,
    /// The entities by their start, outer before inner.
    pub entities: Vec<Entity>,
}

impl Formatted {
    /// A text that is meant as it stands, blanks at its ends included.
    pub fn plain(text: String) -> Self {
        Self {
            text,
            entities: Vec::new(),
        }
    }

    /// The form in which both readers give their texts, for entities from elsewhere.
    ///
    /// Blanks at the ends of the text go, but for those that the first entity begins with.
    /// Entities are within the text and not of blanks alone; they overlap only by nesting, for
    /// which some are cut in two; they are sorted by their start, longer ones first; equal ones
    /// that touch are one. Quotes are outermost and begin with a line that shows; code and
    /// preformatted text hold no others. Those that Telegram finds by itself are left out.
    #[must_use]
    pub fn tidy(self) -> Self {
        let spans = self.entities.iter().filter_map(Span::of).collect();
        Self::of(self.text, spans)
    }

    /// The users that the text mentions without their username, as often as it does.
    pub fn mentioned(&self) -> impl Iterator<Item = i64> {
        self.entities.iter().filter_map(|entity| match entity {
            Entity::MentionName(mention) => Some(mention.user_id),
            _ => None,
        })
    }

    /// Makes mentions of users ready to be sent.
    ///
    /// A reader gives a mention as `messageEntityMentionName`, which Telegram takes from nobody:
    /// it wants the user's access hash as well. Where the user is not known the mention is left out
    /// and its text stays. Source: <https://core.telegram.org/api/mentions>.
    #[must_use]
    pub fn name_users(self, known: &[Peer]) -> Self {
        self.resolve_mentions(|id| {
            let user = known.iter().find(|peer| peer.peer_id == ChatId::user(id))?;
            // Without its access hash the whole message would be refused.
            user.access_hash.or(user.is_self.map(i64::from))?;
            convert::input_user(user)
        })
    }

    fn resolve_mentions(self, user: impl Fn(i64) -> Option<InputUser>) -> Self {
        let resolve = |entity| match entity {
            Entity::MentionName(mention) => user(mention.user_id).map(|user_id| {
                tl::types::InputMessageEntityMentionName {
                    offset: mention.offset,
                    length: mention.length,
                    user_id,
                }
                .into()
            }),
            other => Some(other),
        };
        Self {
            text: self.text,
            entities: self.entities.into_iter().filter_map(resolve).collect(),
        }
    }

    fn of(text: String, spans: Vec<Span>) -> Self {
        let (text, spans) = canonical::canonical(text, spans);
        Self {
            text,
            entities: spans.into_iter().filter_map(Span::into_entity).collect(),
        }
    }

    /// The text in its one form, with what can be written in markup.
    fn spans(&self) -> (String, Vec<Span>) {
        let spans = self.entities.iter().filter_map(Span::of).collect();
        canonical::canonical(self.text.clone(), spans)
    }
}

/// A text that grows, and its length.
#[derive(Default)]
struct Growing {
    text: String,
    /// The length of `text` in UTF-16 code units.
    units: usize,
    spans: Vec<Span>,
}

impl Growing {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.units += text.chars().map(char::len_utf16).sum::<usize>();
    }

    /// From `start` to the end of the text.
    fn span(&mut self, start: usize, kind: span::Kind) {
        if start < self.units {
            self.spans.push(Span {
                start,
                end: self.units,
                kind,
            });
        }
    }
}
