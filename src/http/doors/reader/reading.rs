//! What an account shows: itself, its chats and their messages.

use super::asked::{Asked, Credentials, MessageParam, MessagePath};
use super::wire::{
    ChatQuery, Dialog, DialogsQuery, Me, MeQuery, Message, MessagesQuery, SearchQuery,
};
use crate::http::context::Context;
use crate::http::failure::Failure;
use crate::http::last::last;
use crate::model::MessageId;
use crate::ops::dialogs::ListDialogs;
use crate::ops::history::{GetMessage, ReadHistory};
use crate::ops::profile::GetProfile;
use crate::ops::search::SearchMessages;
use actix_web::get;
use actix_web::middleware::from_fn;
use actix_web::web::Json;

type Answer<T> = Result<Json<T>, Failure>;

/// Show the account's own user.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_me",
    params(Credentials),
    responses(
        (status = 200, description = "The user", body = Me),
        (status = 401, description = "`session_string_invalid`, `session_not_authorized`"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[get("/me", wrap = "from_fn(last)")]
pub(super) async fn me(context: Context, asked: Asked<MeQuery>) -> Answer<Me> {
    let own = context
        .call(GetProfile {
            session: asked.pass,
        })
        .await?;
    Ok(Json(Me::from(&own)))
}

/// List the account's chats, pinned ones first and then the newest.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_dialogs",
    params(DialogsQuery, Credentials),
    responses(
        (status = 200, description = "The chats", body = Vec<Dialog>),
        (status = 401, description = "`session_string_invalid`, `session_not_authorized`"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[get("/dialogs", wrap = "from_fn(last)")]
pub(super) async fn dialogs(context: Context, asked: Asked<DialogsQuery>) -> Answer<Vec<Dialog>> {
    let op = ListDialogs {
        session: asked.pass,
        limit: asked.query.limit,
        archived: false,
    };
    let listed = context.call(op).await?;
    Ok(Json(listed.iter().map(Dialog::from).collect()))
}

/// Read the messages of a chat, newest first.
///
/// For the next page pass the smallest `id` of this one as `offset_id`; the last page has fewer
/// messages than `limit`.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_messages",
    params(MessagesQuery, Credentials),
    responses(
        (status = 200, description = "The messages", body = Vec<Message>),
        (status = 400, description = "`chat_ambiguous`, `invite_invalid`"),
        (status = 401, description = "`session_string_invalid`, `session_not_authorized`"),
        (status = 404, description = "`chat_not_found`"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[get("/messages", wrap = "from_fn(last)")]
pub(super) async fn messages(
    context: Context,
    asked: Asked<MessagesQuery>,
) -> Answer<Vec<Message>> {
    let MessagesQuery {
        chat_id,
        limit,
        search: text,
        offset_id,
    } = asked.query;
    let op = ReadHistory {
        session: asked.pass,
        chat: chat_id,
        limit,
        before: offset_id.filter(|id| *id > 0).map(MessageId),
        search: text,
    };
    let found = context.call(op).await?;
    Ok(Json(found.iter().map(Message::from).collect()))
}

/// Read one message.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_message",
    params(MessageParam, ChatQuery, Credentials),
    responses(
        (status = 200, description = "The message", body = Message),
        (status = 400, description = "`chat_ambiguous`, `invite_invalid`"),
        (status = 401, description = "`session_string_invalid`, `session_not_authorized`"),
        (status = 404, description = "`chat_not_found`, `message_not_found`"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[get("/messages/{id}", wrap = "from_fn(last)")]
pub(super) async fn message(
    context: Context,
    path: MessagePath,
    asked: Asked<ChatQuery>,
) -> Answer<Message> {
    let op = GetMessage {
        session: asked.pass,
        chat: asked.query.chat_id,
        message_id: path.0,
    };
    Ok(Json(Message::from(&context.call(op).await?)))
}

/// Search the messages of all chats, newest first.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_search",
    params(SearchQuery, Credentials),
    responses(
        (status = 200, description = "The messages", body = Vec<Message>),
        (status = 401, description = "`session_string_invalid`, `session_not_authorized`"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[get("/search", wrap = "from_fn(last)")]
pub(super) async fn search(context: Context, asked: Asked<SearchQuery>) -> Answer<Vec<Message>> {
    let op = SearchMessages {
        session: asked.pass,
        query: asked.query.query,
        limit: asked.query.limit,
    };
    let found = context.call(op).await?;
    Ok(Json(found.iter().map(Message::from).collect()))
}
