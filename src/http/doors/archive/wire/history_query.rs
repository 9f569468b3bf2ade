//! What is asked for of a history, and what a download of it answers.

use super::shared::{DATE, POLICY};
use crate::error::{Error, FieldFault};
use crate::http::doors::archive::dates::read;
use crate::http::doors::archive::refusal::Refusal;
use crate::http::input::{kind, request};
use crate::model::{ChatId, Direction, HistoryPart, MediaState, SessionName, UtcTime};
use crate::ops::chat_history::StreamHistory;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Before this there is no message: 2013-01-01, in seconds since 1970.
const DAWN: i64 = 1_356_998_400;

request! {
    policy POLICY;
    /// Query of `GET /api/v3/history/{dialog_id}`.
    pub(crate) struct HistoryQuery {
        /// Only messages sent then or later: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` in UTC; from the
        /// chat's beginning when missing.
        start_date: Option<String> = kind::text().like(DATE).optional(),
        /// Only messages sent before then; up to now when missing.
        end_date: Option<String> = kind::text().like(DATE).optional(),
        /// How many messages an event has.
        chunk_size: u64 = kind::integer(1, i64::MAX).or(100),
        /// Whether Telegram is asked for what the log has too.
        force_refresh: bool = kind::flag().or(false),
        /// Whether the oldest message comes first; the newest does when false.
        reverse: bool = kind::flag().or(true),
    }
}

request! {
    policy POLICY;
    /// Query of `POST /api/v3/sync/{dialog_id}`.
    pub(crate) struct SyncQuery {
        /// Only messages sent then or later: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` in UTC; from the
        /// chat's beginning when missing.
        start_date: Option<String> = kind::text().like(DATE).optional(),
        /// Only messages sent before then; up to now when missing.
        end_date: Option<String> = kind::text().like(DATE).optional(),
        /// Whether Telegram is asked for what the log has too.
        force_refresh: bool = kind::flag().or(false),
    }
}

/// The chat that a path names by its id.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Path)]
pub(crate) struct DialogIdParam {
    /// The chat's id, marked or bare.
    #[param(example = -1_001_234_567_890_i64)]
    pub(crate) dialog_id: i64,
}

impl DialogIdParam {
    /// An id as operations take chats.
    ///
    /// # Errors
    /// 422 when it is no whole number.
    pub(crate) fn parse(text: String) -> Result<String, Error> {
        if text.parse::<i64>().is_ok() {
            return Ok(text);
        }
        Err(Error::invalid(vec![FieldFault {
            location: vec!["path".to_owned(), "dialog_id".to_owned()],
            message: "Input should be a valid integer, unable to parse string as an integer"
                .to_owned(),
            kind: "int_parsing",
        }]))
    }
}

impl HistoryQuery {
    /// The operation that is asked for.
    ///
    /// # Errors
    /// 400 for dates that cannot be read, and when the first is not before the second.
    pub(crate) fn operation(
        self,
        session: SessionName,
        chat: String,
    ) -> Result<StreamHistory, Refusal> {
        let (since, until) = period(self.start_date.as_deref(), self.end_date.as_deref())?;
        if since >= until {
            let why = "start_date must be before end_date".to_owned();
            return Err(Refusal::Wrong(why));
        }
        Ok(StreamHistory {
            session,
            chat,
            since,
            until,
            direction: if self.reverse {
                Direction::Up
            } else {
                Direction::Down
            },
            refresh: self.force_refresh,
        })
    }
}

impl SyncQuery {
    /// The operation that is asked for. One whose dates leave no time between them brings nothing.
    ///
    /// # Errors
    /// 400 for dates that cannot be read.
    pub(crate) fn operation(
        self,
        session: SessionName,
        chat: String,
    ) -> Result<StreamHistory, Refusal> {
        let (since, until) = period(self.start_date.as_deref(), self.end_date.as_deref())?;
        Ok(StreamHistory {
            session,
            chat,
            since,
            until,
            direction: Direction::Up,
            refresh: self.force_refresh,
        })
    }
}

fn period(start: Option<&str>, end: Option<&str>) -> Result<(UtcTime, UtcTime), Refusal> {
    let since = read("start_date", start)?;
    let until = read("end_date", end)?;
    let dawn = UtcTime::from_unix(DAWN).unwrap_or_else(UtcTime::now);
    Ok((since.unwrap_or(dawn), until.unwrap_or_else(UtcTime::now)))
}

/// Answer of `POST /api/v3/sync/{dialog_id}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveSyncReport)]
pub(crate) struct SyncReport {
    /// The chat, as a marked id.
    dialog_id: i64,
    /// How many messages of the range were downloaded.
    messages_downloaded: usize,
    /// How many of them have a photo or a file.
    messages_with_media: usize,
    /// How many files were downloaded, also those of messages that were in the log already.
    media_downloaded: usize,
    /// How many of the messages with a file were left without it.
    media_skipped: usize,
}

impl SyncReport {
    /// Nothing yet.
    pub(crate) const fn new(chat: ChatId) -> Self {
        Self {
            dialog_id: chat.0,
            messages_downloaded: 0,
            messages_with_media: 0,
            media_downloaded: 0,
            media_skipped: 0,
        }
    }

    /// Counts messages and files.
    pub(crate) fn count(&mut self, part: &HistoryPart) {
        self.media_downloaded += part.files_downloaded;
        if !part.downloaded {
            return;
        }
        self.messages_downloaded += part.messages.len();
        for told in part.messages.iter().filter(|told| told.has_file()) {
            let file = told.file.as_ref();
            let is_kept = file.is_some_and(|file| file.state == MediaState::Stored);
            self.messages_with_media += 1;
            self.media_skipped += usize::from(!is_kept);
        }
    }
}
