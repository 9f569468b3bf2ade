//! `/api/v3/files`: the kept files of messages.

use super::account::{Account, AccountHeader};
use super::refusal::Refusal;
use super::wire::{FileMetadata, FileQuery, PinnedFile, download_name, media_type};
use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::http::file::{self, Asked, HeadOnly, Validators};
use crate::http::input::Query;
use crate::model::SessionName;
use crate::ops::media::{FileView, PinFile, ReadFile, ShowFile};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, EntityTag, HeaderValue,
    LAST_MODIFIED,
};
use actix_web::web::{Json, Path};
use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _, delete,
    get, put,
};
use bytes::Bytes;
use chrono::SubsecRound as _;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use std::ops::Range;
use std::time::SystemTime;

/// Download the file of a message.
///
/// The file must have been kept while the history of its chat was read. `HEAD`, parts (`Range`,
/// `If-Range`) and conditions (`If-None-Match`, `If-Modified-Since`, `If-Match`,
/// `If-Unmodified-Since`) work as HTTP has them.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_file",
    params(AccountHeader, ("file_uuid" = String, Path, description = "`media_uuid` of a message"), FileQuery),
    responses(
        (status = 200, description = "The file, or what is known of it", content(
            (FileMetadata = "application/json"),
            (Vec<u8> = "*/*"),
        )),
        (status = 206, description = "The part of it that `Range` names"),
        (status = 304, description = "The client has it already"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`file_not_found`, `file_not_kept`, `file_gone`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 416, description = "`range_not_satisfiable`"),
    )
)]
#[get("/api/v3/files/{file_uuid}")]
pub(super) async fn download(
    context: Context,
    account: Account,
    path: Path<String>,
    query: Query<FileQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let Account(session) = account;
    let show = ShowFile {
        session: session.clone(),
        file: path.into_inner(),
    };
    let shown = context.call(show).await?;
    if query.0.metadata_only {
        return Ok(HttpResponse::Ok().json(FileMetadata::from(shown)));
    }
    let validators = validators(&shown);
    let whole = 0..shown.object.size;
    let (status, range) = match file::asked(&request, &validators) {
        Asked::Unchanged => {
            let mut response = HttpResponse::NotModified();
            return Ok(versioned(&mut response, &validators).finish());
        }
        Asked::Failed => {
            let why = "The file is another version than the one that is asked for";
            return Err(Error::new(Code::PreconditionFailed, why).into());
        }
        Asked::Whole => (StatusCode::OK, whole),
        Asked::Part(range) => match range.within(shown.object.size) {
            Ok(range) => (StatusCode::PARTIAL_CONTENT, range),
            Err(error) => return Ok(not_satisfiable(error, shown.object.size)),
        },
    };
    let mut response = HttpResponse::build(status);
    described(&mut response, &shown, &validators, &range);
    let length = range.end - range.start;
    let chunks = if request.extensions().contains::<HeadOnly>() {
        stream::empty().boxed()
    } else {
        chunks(&context, session, shown, range).await?
    };
    Ok(response.no_chunking(length).streaming(chunks))
}

/// An error ends the answer early, which the client sees by its length.
async fn chunks(
    context: &Context,
    session: SessionName,
    file: FileView,
    range: Range<u64>,
) -> Result<BoxStream<'static, Result<Bytes, Error>>, Refusal> {
    let read = ReadFile {
        session,
        file,
        range,
    };
    Ok(context.call(read).await?.0)
}

fn validators(shown: &FileView) -> Validators {
    let modified = shown.media.updated_at.as_datetime().trunc_subsecs(0);
    Validators {
        etag: EntityTag::new_strong(shown.object.name.to_string()),
        modified: SystemTime::from(modified).into(),
    }
}

/// What tells versions apart. Clients may keep the file, and ask whether it is still so.
fn versioned<'a>(
    response: &'a mut HttpResponseBuilder,
    validators: &Validators,
) -> &'a mut HttpResponseBuilder {
    response
        .insert_header((ETAG, validators.etag.to_string()))
        .insert_header((LAST_MODIFIED, validators.modified.to_string()))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
}

fn described(
    response: &mut HttpResponseBuilder,
    shown: &FileView,
    validators: &Validators,
    range: &Range<u64>,
) {
    let size = shown.object.size;
    let length = range.end - range.start;
    versioned(response, validators)
        .insert_header((CONTENT_TYPE, media_type(&shown.media)))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(file::saved_as(&download_name(&shown.media)));
    if length < size {
        response.insert_header((
            CONTENT_RANGE,
            file::content_range(range.start, length, size),
        ));
    }
}

fn not_satisfiable(error: Error, size: u64) -> HttpResponse {
    let mut response = Refusal::from(error).error_response();
    if let Ok(value) = HeaderValue::from_str(&file::unsatisfied_range(size)) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

/// Keep a file when others have to make room.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_file_pin",
    params(AccountHeader, ("file_uuid" = String, Path, description = "`media_uuid` of a message")),
    responses(
        (status = 200, description = "It stays", body = PinnedFile),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`file_not_found`"),
    )
)]
#[put("/api/v3/files/{file_uuid}/pin")]
pub(super) async fn pin(
    context: Context,
    account: Account,
    path: Path<String>,
) -> Result<Json<PinnedFile>, Refusal> {
    set_pin(&context, account, path, true).await
}

/// Let a file leave when others have to make room.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_file_unpin",
    params(AccountHeader, ("file_uuid" = String, Path, description = "`media_uuid` of a message")),
    responses(
        (status = 200, description = "It may leave", body = PinnedFile),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`file_not_found`"),
    )
)]
#[delete("/api/v3/files/{file_uuid}/pin")]
pub(super) async fn unpin(
    context: Context,
    account: Account,
    path: Path<String>,
) -> Result<Json<PinnedFile>, Refusal> {
    set_pin(&context, account, path, false).await
}

async fn set_pin(
    context: &Context,
    Account(session): Account,
    path: Path<String>,
    pinned: bool,
) -> Result<Json<PinnedFile>, Refusal> {
    let file = path.into_inner();
    let op = PinFile {
        session,
        file,
        pinned,
    };
    context.call(op).await?;
    Ok(Json(PinnedFile { pinned }))
}
