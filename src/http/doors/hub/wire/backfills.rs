//! The JSON of backfills.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::shared::{POLICY, SUCCESS};
use crate::error::{Error, FieldFault};
use crate::http::input::{kind, request};
use crate::model::{self, SessionName, UtcTime};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

request! {
    policy POLICY;
    /// Body of `POST /session/{session_id}/backfill`.
    pub(crate) struct BackfillRequest {
        /// The chat: `me`, a username, a link, a phone number or an id (bare or marked).
        chat: String = kind::text_or_integer().example("@username"),
        /// How far back: RFC 3339 or seconds since 1970.
        since: UtcTime = kind::datetime(),
    }
}

/// The backfill that a path names.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Path)]
pub(crate) struct BackfillIdParam {
    /// Its number.
    #[param(minimum = 1)]
    pub(crate) backfill_id: i64,
}

impl BackfillIdParam {
    /// Reads the number out of a path.
    pub(crate) fn parse(text: &str) -> Result<i64, Error> {
        text.parse().map_err(|_none| {
            Error::invalid(vec![FieldFault {
                location: vec!["path".to_owned(), "backfill_id".to_owned()],
                message: "Input should be a valid integer, unable to parse string as an integer"
                    .to_owned(),
                kind: "int_parsing",
            }])
        })
    }
}

/// Answer of `GET /session/{session_id}/backfill`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Backfills {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// The session that was asked for.
    session_id: String,
    /// Its backfills, those under way first and then the newest.
    backfills: Vec<Backfill>,
}

impl Backfills {
    /// Those of a session.
    pub(crate) fn new(session: &SessionName, backfills: Vec<model::Backfill>) -> Self {
        Self {
            status: SUCCESS,
            session_id: session.to_string(),
            backfills: backfills.into_iter().map(Backfill::from).collect(),
        }
    }
}

/// A download of a chat's history that goes on by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Backfill {
    /// Its number.
    id: i64,
    /// The chat, as a marked id.
    chat_id: i64,
    /// How far back it goes.
    #[schema(value_type = String, format = DateTime)]
    since: UtcTime,
    /// `running`, `done`, `failed` or `cancelled`.
    #[schema(example = "running")]
    state: &'static str,
    /// Why it waits, or why it has failed.
    #[schema(required)]
    reason: Option<String>,
    /// How many messages Telegram has answered with.
    messages: i64,
    /// How many of them the log did not have.
    stored: i64,
    /// When the oldest of them was sent.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    oldest_at: Option<UtcTime>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    started_at: UtcTime,
    /// When it last went on.
    #[schema(value_type = String, format = DateTime)]
    updated_at: UtcTime,
    /// When it ended; null while it is under way.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    ended_at: Option<UtcTime>,
}

impl From<model::Backfill> for Backfill {
    fn from(backfill: model::Backfill) -> Self {
        Self {
            id: backfill.id,
            chat_id: backfill.chat_id.0,
            since: backfill.since,
            state: backfill.state.as_str(),
            reason: backfill.reason,
            messages: backfill.seen,
            stored: backfill.stored,
            oldest_at: backfill.oldest_at,
            started_at: backfill.started_at,
            updated_at: backfill.updated_at,
            ended_at: backfill.ended_at,
        }
    }
}
