//! A stretch of a text that looks or acts in one way, and its form among Telegram's entities.
//!
//! It owns the list of what can be written in markup; what Telegram finds in a text by itself, such
//! as addresses and hashtags, is not in it. It knows nothing of either markup.

use grammers_client::tl;
use grammers_client::tl::enums::{InputUser, MessageEntity as Entity};

/// What a stretch of text is. The order is that of nesting between stretches of the same place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Quote { collapsed: bool },
    Link { url: String },
    Mention { user_id: i64 },
    Bold,
    Italic,
    Underline,
    Strike,
    Spoiler,
    Emoji { document_id: i64 },
    Code,
    Pre { language: String },
}

impl Kind {
    /// Nothing is marked inside of code.
    pub(super) fn is_verbatim(&self) -> bool {
        matches!(self, Self::Code | Self::Pre { .. })
    }

    pub(super) fn is_quote(&self) -> bool {
        matches!(self, Self::Quote { .. })
    }

    /// Whether two that touch are the same as one.
    pub(super) fn is_continuous(&self) -> bool {
        !matches!(
            self,
            Self::Quote { .. } | Self::Pre { .. } | Self::Emoji { .. }
        )
    }

    /// Whether the two are of one sort, whatever they lead to.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The link to `url`, which may be a mention in disguise; none without an address.
    pub(super) fn link(url: &str) -> Option<Self> {
        if let Some(user_id) = number_after(url, "tg://user?id=") {
            return Some(Self::Mention { user_id });
        }
        (!url.is_empty()).then(|| Self::Link {
            url: url.to_owned(),
        })
    }

    /// The custom emoji that `url` names.
    pub(super) fn emoji(url: &str) -> Option<Self> {
        number_after(url, "tg://emoji?id=").map(|document_id| Self::Emoji { document_id })
    }
}

/// A decimal number without sign, after a prefix and up to the end.
fn number_after(text: &str, prefix: &str) -> Option<i64> {
    number(text.strip_prefix(prefix)?)
}

/// A decimal number without sign.
pub(super) fn number(digits: &str) -> Option<i64> {
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// A stretch of text from `start` to before `end`, in UTF-16 code units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

impl Span {
    /// Of an entity; none for those that Telegram finds by itself and for those of no use.
    pub(super) fn of(entity: &Entity) -> Option<Self> {
        let kind = match entity {
            Entity::Bold(_) => Kind::Bold,
            Entity::Italic(_) => Kind::Italic,
            Entity::Underline(_) => Kind::Underline,
            Entity::Strike(_) => Kind::Strike,
            Entity::Spoiler(_) => Kind::Spoiler,
            Entity::Code(_) => Kind::Code,
            Entity::Pre(e) => Kind::Pre {
                language: e.language.clone(),
            },
            Entity::TextUrl(e) => Kind::link(&e.url)?,
            Entity::MentionName(e) => Kind::Mention { user_id: e.user_id },
            Entity::InputMessageEntityMentionName(e) => match &e.user_id {
                InputUser::User(user) => Kind::Mention {
                    user_id: user.user_id,
                },
                _ => return None,
            },
            Entity::CustomEmoji(e) => Kind::Emoji {
                document_id: e.document_id,
            },
            Entity::Blockquote(e) => Kind::Quote {
                collapsed: e.collapsed,
            },
            _ => return None,
        };
        let start = usize::try_from(entity.offset()).ok()?;
        let length = usize::try_from(entity.length()).ok()?;
        Some(Self {
            start,
            end: start.saturating_add(length),
            kind,
        })
    }

    /// As an entity; none where the text is longer than Telegram can count.
    pub(super) fn into_entity(self) -> Option<Entity> {
        let offset = i32::try_from(self.start).ok()?;
        let length = i32::try_from(self.end.checked_sub(self.start)?).ok()?;
        Some(match self.kind {
            Kind::Quote { collapsed } => tl::types::MessageEntityBlockquote {
                collapsed,
                offset,
                length,
            }
            .into(),
            Kind::Link { url } => tl::types::MessageEntityTextUrl {
                offset,
                length,
                url,
            }
            .into(),
            Kind::Mention { user_id } => tl::types::MessageEntityMentionName {
                offset,
                length,
                user_id,
            }
            .into(),
            Kind::Emoji { document_id } => tl::types::MessageEntityCustomEmoji {
                offset,
                length,
                document_id,
            }
            .into(),
            Kind::Pre { language } => tl::types::MessageEntityPre {
                offset,
                length,
                language,
            }
            .into(),
            Kind::Bold => tl::types::MessageEntityBold { offset, length }.into(),
            Kind::Italic => tl::types::MessageEntityItalic { offset, length }.into(),
            Kind::Underline => tl::types::MessageEntityUnderline { offset, length }.into(),
            Kind::Strike => tl::types::MessageEntityStrike { offset, length }.into(),
            Kind::Spoiler => tl::types::MessageEntitySpoiler { offset, length }.into(),
            Kind::Code => tl::types::MessageEntityCode { offset, length }.into(),
        })
    }
}

/// A place where a span begins or ends.
pub(super) struct Edge<'a> {
    /// In UTF-16 code units.
    pub(super) at: usize,
    pub(super) opens: bool,
    pub(super) span: &'a Span,
}

/// Where properly nested spans begin and end, in the order of the text; what ends at a place comes
/// before what begins there, and inner ones end before outer ones.
pub(super) fn edges(spans: &[Span]) -> Vec<Edge<'_>> {
    let mut edges = Vec::with_capacity(spans.len() * 2);
    let mut open: Vec<&Span> = Vec::new();
    for span in spans {
        while let Some(inner) = open.pop_if(|inner| inner.end <= span.start) {
            edges.push(Edge {
                at: inner.end,
                opens: false,
                span: inner,
            });
        }
        edges.push(Edge {
            at: span.start,
            opens: true,
            span,
        });
        open.push(span);
    }
    edges.extend(open.into_iter().rev().map(|span| Edge {
        at: span.end,
        opens: false,
        span,
    }));
    edges
}
