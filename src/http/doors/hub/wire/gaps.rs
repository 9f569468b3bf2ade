//! The JSON of gaps.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::shared::{POLICY, SUCCESS};
use crate::http::input::{kind, request};
use crate::model::{self, Cursor, SessionName, UtcTime};
use crate::ops::gaps::GapList;
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Query of `GET /session/{session_id}/gaps`.
    pub(crate) struct GapQueryParams {
        /// Which gaps to answer.
        state: Option<bool> = kind::members([
            ("open", Some(true)),
            ("closed", Some(false)),
            ("all", None),
        ])
        .or_written(None, "all"),
        /// How many to answer.
        limit: u32 = kind::integer(1, 500).or(100),
        /// `next_cursor` of the page before.
        cursor: Option<Cursor> = kind::text().parsed(|text| Cursor::parse(&text)).optional(),
    }
}

/// Answer of `GET /session/{session_id}/gaps`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gaps {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// The session that was asked for.
    session_id: String,
    /// How many of its gaps are open, on all pages.
    open: u64,
    /// The gaps, newest first.
    gaps: Vec<Gap>,
    /// Where the next page starts; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl Gaps {
    /// A page of one session's gaps.
    pub(crate) fn new(session: &SessionName, list: GapList) -> Self {
        Self {
            status: SUCCESS,
            session_id: session.to_string(),
            open: list.open,
            gaps: list.page.items.into_iter().map(Gap::from).collect(),
            next_cursor: list.page.next.map(|cursor| cursor.to_string()),
        }
    }
}

/// A place where messages may be missing from the log, or were.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gap {
    /// Its number.
    id: i64,
    /// The channel, as a marked id; null for all private chats and basic groups, whose messages
    /// share their numbers.
    #[schema(required)]
    chat_id: Option<i64>,
    /// Why: `difference_too_long`, `channel_difference_too_long`, `no_access_hash`,
    /// `updates_dropped`, `first_seen`, `position_refused`, `unreadable`, `channel_refused` or
    /// `missed`.
    cause: &'static str,
    /// The log was complete up to this number of a message; null when nobody knew.
    #[schema(required)]
    after_message_id: Option<i32>,
    /// The newest number that was asked for, or, of an open gap, that Telegram has told of; null
    /// before, and when there was nothing newer.
    #[schema(required)]
    up_to_message_id: Option<i32>,
    /// How many messages were missing and have been fetched.
    found: u64,
    /// How many numbers belong to no message that the account may see.
    absent: u64,
    /// How many captured messages had been edited or deleted unseen.
    changed: u64,
    /// Why it is still open, after an attempt to fill it; which message cannot be read.
    #[schema(required)]
    reason: Option<String>,
    /// When it was noticed.
    #[schema(value_type = String, format = DateTime)]
    opened_at: UtcTime,
    /// When everything in it had been asked for, or it was given up; null while it is open.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    closed_at: Option<UtcTime>,
    /// Whether it was closed without having been filled, because nothing can fill it; `reason`
    /// tells why.
    given_up: bool,
    /// Captured messages up to this number were too many or too old to be compared; null when all
    /// were, or none had to be.
    #[schema(required)]
    not_compared_up_to_message_id: Option<i32>,
}

impl From<model::Gap> for Gap {
    fn from(gap: model::Gap) -> Self {
        let count = |number: i32| u64::try_from(number).unwrap_or_default();
        Self {
            id: gap.id,
            chat_id: gap.message_box.chat().map(|chat| chat.0),
            cause: gap.cause.as_str(),
            after_message_id: gap.after_id.map(|id| id.0),
            up_to_message_id: gap.up_to_id.map(|id| id.0),
            found: count(gap.found),
            absent: count(gap.absent),
            changed: count(gap.changed),
            reason: gap.reason,
            opened_at: gap.opened_at,
            closed_at: gap.closed_at,
            given_up: gap.given_up,
            not_compared_up_to_message_id: gap.not_compared_to.map(|id| id.0),
        }
    }
}
