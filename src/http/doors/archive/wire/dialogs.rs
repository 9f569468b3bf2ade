//! The JSON of chats and folders.

use super::shared::{DATE, POLICY};
use crate::http::doors::archive::dates::{between, iso};
use crate::http::doors::archive::refusal::Refusal;
use crate::http::input::{kind, request};
use crate::model::{self, ChatClass, SessionName};
use crate::ops::dialog_search::{
    Bounds, DialogFilter, Direction, FoundDialog, FoundDialogs, Matching, SearchDialogs, SortBy,
};
use serde::Serialize;
use utoipa::ToSchema;

/// How many characters of the newest message are shown.
const PREVIEW: usize = 120;

request! {
    policy POLICY;
    /// Query of `GET /api/v3/search/dialogs`.
    pub(crate) struct DialogQuery {
        /// What the titles are compared with; without it all chats are found.
        q: Option<String> = kind::text().optional(),
        /// The same as `q`.
        query: Option<String> = kind::text().optional(),
        /// `fuzzy`: titles that are similar; `exact`: titles that have the text in them.
        r#match: Match = kind::members([("fuzzy", Match::Fuzzy), ("exact", Match::Exact)])
            .or_written(Match::Fuzzy, "fuzzy"),
        /// How similar titles have to be, from 0 to 1.
        min_score: f64 = kind::number(0, Some(1)).or(0.8),
        /// What the chats are; the name may stand several times. `me` is the same as `saved`.
        r#type: Vec<ChatClass> = kind::repeated(CLASSES.len(), kind::members(CLASSES))
            .or_none(),
        /// A folder that they are in, by its number or its name, whatever the case.
        folder: Option<String> = kind::text().optional(),
        /// Whether they are archived.
        is_archived: Option<bool> = kind::flag().optional(),
        /// At least how many messages they have.
        min_messages: Option<u64> = kind::integer(0, i64::MAX).optional(),
        /// At most how many messages they have.
        max_messages: Option<u64> = kind::integer(0, i64::MAX).optional(),
        /// At least how many are in them.
        min_participants: Option<i64> = kind::integer(0, i64::MAX).optional(),
        /// At most how many are in them.
        max_participants: Option<i64> = kind::integer(0, i64::MAX).optional(),
        /// Only chats with a message since then: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` in UTC.
        last_message_after: Option<String> = kind::text().like(DATE).optional(),
        /// Only chats without a message after that.
        last_message_before: Option<String> = kind::text().like(DATE).optional(),
        /// Only groups made, and channels joined, since then.
        created_after: Option<String> = kind::text().like(DATE).optional(),
        /// Only groups made, and channels joined, until then.
        created_before: Option<String> = kind::text().like(DATE).optional(),
        /// Whether the account has made them.
        is_creator: Option<bool> = kind::flag().optional(),
        /// Whether they have a username.
        has_username: Option<bool> = kind::flag().optional(),
        /// Whether Telegram vouches for them.
        is_verified: Option<bool> = kind::flag().optional(),
        /// What they are sorted by.
        sort: SortBy = kind::members([
            ("last_message", SortBy::LastMessage),
            ("messages", SortBy::Messages),
            ("title", SortBy::Title),
            ("participants", SortBy::Participants),
            ("unread", SortBy::Unread),
        ])
        .or_written(SortBy::LastMessage, "last_message"),
        /// In which direction.
        order: Direction = kind::members([
            ("asc", Direction::Ascending),
            ("desc", Direction::Descending),
        ])
        .or_written(Direction::Descending, "desc"),
        /// How many to answer.
        limit: u32 = kind::integer(1, 500).or(50),
        /// How many to leave out before.
        offset: u64 = kind::integer(0, i64::MAX).or(0),
    }
}

/// How a text is found in a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Fuzzy,
    Exact,
}

const CLASSES: [(&str, ChatClass); 7] = [
    ("user", ChatClass::User),
    ("group", ChatClass::Group),
    ("supergroup", ChatClass::Supergroup),
    ("channel", ChatClass::Channel),
    ("bot", ChatClass::Bot),
    ("saved", ChatClass::Saved),
    ("me", ChatClass::Saved),
];

impl DialogQuery {
    /// The operation that is asked for.
    ///
    /// # Errors
    /// 400 for wrong dates.
    pub(crate) fn operation(self, session: SessionName) -> Result<SearchDialogs, Refusal> {
        let last_message = between(
            ("last_message_after", self.last_message_after.as_deref()),
            ("last_message_before", self.last_message_before.as_deref()),
        )?;
        let created = between(
            ("created_after", self.created_after.as_deref()),
            ("created_before", self.created_before.as_deref()),
        )?;
        let filter = DialogFilter {
            classes: self.r#type.into_iter().collect(),
            archived: self.is_archived,
            creator: self.is_creator,
            has_username: self.has_username,
            verified: self.is_verified,
            messages: Bounds {
                least: self.min_messages,
                most: self.max_messages,
            },
            participants: Bounds {
                least: self.min_participants,
                most: self.max_participants,
            },
            last_message,
            created,
        };
        Ok(SearchDialogs {
            session,
            text: self.q.or(self.query),
            matching: match self.r#match {
                Match::Fuzzy => Matching::Similar(self.min_score),
                Match::Exact => Matching::Contained,
            },
            folder: self.folder,
            filter,
            sort: self.sort,
            direction: self.order,
            limit: usize::try_from(self.limit).unwrap_or(usize::MAX),
            offset: usize::try_from(self.offset).unwrap_or(usize::MAX),
        })
    }
}

/// Where a page stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    offset: u64,
    limit: u32,
}

impl Place {
    /// The page that is asked for.
    pub(crate) const fn of(query: &DialogQuery) -> Self {
        Self {
            offset: query.offset,
            limit: query.limit,
        }
    }
}

/// Answer of `GET /api/v3/search/dialogs`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveDialogs)]
pub(crate) struct Dialogs {
    /// How many chats were found, on all pages.
    total: usize,
    /// How many were left out before this page.
    offset: u64,
    /// How many a page has at most.
    limit: u32,
    /// The page.
    results: Vec<Dialog>,
}

/// A chat of the account's list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveDialog)]
struct Dialog {
    /// The marked id.
    id: i64,
    /// `user`, `group`, `supergroup`, `channel`, `bot` or `saved`.
    #[schema(example = "channel")]
    r#type: &'static str,
    /// The title, or first and last name; the id without one.
    title: String,
    /// The username, without `@`.
    #[schema(required)]
    username: Option<String>,
    /// Whether the account has made it.
    is_creator: bool,
    /// Whether Telegram vouches for it.
    is_verified: bool,
    /// Whether it is archived.
    is_archived: bool,
    /// How many messages it has; null when that cannot be told at the moment.
    #[schema(required)]
    message_count: Option<u64>,
    /// How many messages the account has not read.
    unread_count: i32,
    /// How many are in it.
    #[schema(required)]
    participants_count: Option<i32>,
    /// When its newest message was sent.
    #[schema(required, format = DateTime)]
    last_message_date: Option<String>,
    /// The beginning of the newest message, as Markdown.
    #[schema(required)]
    last_message_preview: Option<String>,
    /// When a group was made; of a channel, when the account came into it.
    #[schema(required, format = DateTime)]
    created_date: Option<String>,
}

impl Dialogs {
    /// The answer with a page.
    pub(crate) fn new(place: Place, found: FoundDialogs) -> Self {
        Self {
            total: found.total,
            offset: place.offset,
            limit: place.limit,
            results: found.page.into_iter().map(Dialog::from).collect(),
        }
    }
}

impl From<FoundDialog> for Dialog {
    fn from(found: FoundDialog) -> Self {
        let chat = found.chat;
        let last = chat.last_message.as_ref();
        Self {
            id: chat.peer.peer_id.0,
            r#type: word(found.class),
            title: found.title,
            is_creator: chat.traits.is_creator,
            is_verified: chat.traits.is_verified,
            is_archived: chat.archived,
            message_count: found.message_count,
            unread_count: chat.unread_count,
            participants_count: chat.traits.participants,
            last_message_date: last.map(|last| iso(last.content.sent_at)),
            last_message_preview: found.last_text.map(preview),
            created_date: chat.traits.created_at.map(iso),
            username: chat.peer.username,
        }
    }
}

/// The word for what a chat is; of two the first.
fn word(class: ChatClass) -> &'static str {
    let known = CLASSES.iter().find(|(_, known)| *known == class);
    known.map_or("", |(word, _)| *word)
}

fn preview(text: String) -> String {
    match text.char_indices().nth(PREVIEW) {
        None => text,
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "...",
    }
}

/// A folder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveFolder)]
pub(crate) struct Folder {
    /// Its number.
    id: i32,
    /// Its title.
    title: String,
    /// Whether Telegram has made it, and not the account.
    is_default: bool,
}

impl From<model::Folder> for Folder {
    fn from(folder: model::Folder) -> Self {
        Self {
            id: folder.id,
            title: folder.shown_title(),
            is_default: folder.id <= model::Folder::ARCHIVE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_cut_after_so_many_characters() {
        assert_eq!(preview("ж".repeat(120)), "ж".repeat(120));
        assert_eq!(preview("ж".repeat(121)), "ж".repeat(120) + "...");
    }

    #[test]
    fn every_kind_of_chat_has_a_word_and_me_is_saved() {
        for (name, class) in CLASSES {
            let expected = if name == "me" { "saved" } else { name };
            assert_eq!(word(class), expected);
        }
    }
}
