//! `/api/v3/history/{dialog_id}`, a stream of events, and `/api/v3/sync/{dialog_id}`.

use super::account::{Account, AccountHeader};
use super::patience::FLOOD_PATIENCE;
use super::refusal::Refusal;
use super::wire::{DialogIdParam, Events, HistoryQuery, SyncQuery, SyncReport};
use crate::error::Error;
use crate::http::context::Context;
use crate::http::events::StreamedEvent;
use crate::http::failure::retry_after;
use crate::http::input::Query;
use crate::model::HistoryPart;
use crate::ops::chat_history::{HistoryStream, StreamHistory};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Json, Path};
use actix_web::{HttpResponse, get, post};
use futures_util::{Stream, stream};
use std::convert::Infallible;

/// Stream the messages of a chat, oldest first.
///
/// Each event is a line `data: {"messages": [...]}` with `chunk_size` messages, the last one with
/// what is left; the stream ends after it. What the log does not have is downloaded first, and so
/// are files, as the settings want them. What goes wrong after the first message is told by an event
/// `error` with `detail`, `code` and `retry_after`, which is the last one.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_history",
    params(AccountHeader, DialogIdParam, HistoryQuery),
    responses(
        (status = 200, description = "The messages", content_type = "text/event-stream", body = StreamedEvent),
        (status = 400, description = "`invalid_request`: a date cannot be read, or the first is not before the second; `chat_ambiguous`"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`chat_not_found`"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[get("/api/v3/history/{dialog_id}")]
pub(super) async fn history(
    context: Context,
    account: Account,
    dialog: Path<String>,
    query: Query<HistoryQuery>,
) -> Result<HttpResponse, Refusal> {
    let (Account(session), Query(query)) = (account, query);
    let chat = DialogIdParam::parse(dialog.into_inner())?;
    let events = Events::new(query.chunk_size);
    let mut streamed = begin(&context, query.operation(session, chat)?).await?;
    // What is refused at once has a status of its own.
    let first = streamed.parts.recv().await.transpose()?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(told(first, streamed, events)))
}

/// Download the messages of a chat, and their files as the settings want them, without answering
/// them.
///
/// Answers when everything is here, and counts what was downloaded for it.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_sync",
    params(AccountHeader, DialogIdParam, SyncQuery),
    responses(
        (status = 200, description = "What was downloaded", body = SyncReport),
        (status = 400, description = "`invalid_request`: a date cannot be read; `chat_ambiguous`"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`chat_not_found`"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[post("/api/v3/sync/{dialog_id}")]
pub(super) async fn sync(
    context: Context,
    account: Account,
    dialog: Path<String>,
    query: Query<SyncQuery>,
) -> Result<Json<SyncReport>, Refusal> {
    let (Account(session), Query(query)) = (account, query);
    let chat = DialogIdParam::parse(dialog.into_inner())?;
    let mut streamed = begin(&context, query.operation(session, chat)?).await?;
    let mut report = SyncReport::new(streamed.chat_id);
    while let Some(part) = streamed.parts.recv().await {
        report.count(&part?);
    }
    Ok(Json(report))
}

async fn begin(context: &Context, op: StreamHistory) -> Result<HistoryStream, Error> {
    let context = context.clone().with_flood_patience(FLOOD_PATIENCE);
    context.call(op).await
}

/// What is left to be told, and how.
struct Rest {
    first: Option<HistoryPart>,
    streamed: HistoryStream,
    events: Events,
    ended: bool,
}

fn told(
    first: Option<HistoryPart>,
    streamed: HistoryStream,
    events: Events,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let rest = Rest {
        ended: first.is_none(),
        first,
        streamed,
        events,
    };
    stream::unfold(rest, |mut rest| async move {
        if rest.ended {
            return None;
        }
        let part = match rest.first.take() {
            Some(first) => Some(Ok(first)),
            None => rest.streamed.parts.recv().await,
        };
        let mut out = Vec::new();
        match part {
            Some(Ok(part)) => rest.events.messages(&mut out, &part.messages),
            Some(Err(error)) => {
                rest.ended = true;
                let wait = retry_after(&error);
                rest.events
                    .error(&mut out, error.message(), error.code.wire(), wait);
            }
            None => {
                rest.ended = true;
                rest.events.end(&mut out);
            }
        }
        Some((Ok(Bytes::from(out)), rest))
    })
}
