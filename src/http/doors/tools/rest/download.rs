//! The file of a message, as bytes.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::refusal::Refusal;
use crate::http::doors::tools::table::{DOWNLOAD_MEDIA, DownloadMediaArgs};
use crate::http::doors::tools::tool::Taken;
use crate::http::file;
use crate::ops::files::{ByteRange, Download, DownloadMedia};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use bytes::Bytes;
use futures_util::{Stream, stream};

/// Answers 200 with the whole file, 206 with a part of it, or 416.
pub(super) async fn answer(
    call: &Call<'_>,
    taken: &Taken<DownloadMediaArgs>,
    request: &HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let range = file::requested(request.headers());
    let given = &taken.arguments;
    let started = call.noted(&DOWNLOAD_MEDIA, &taken.chats, start(call, given, range));
    match started.await {
        Ok(download) => Ok(sent(download, range.is_some())),
        Err(error) if error.code == Code::RangeNotSatisfiable => {
            Ok(not_satisfiable(error, size(call, given).await))
        }
        Err(error) => Err(error.into()),
    }
}

async fn start(
    call: &Call<'_>,
    given: &DownloadMediaArgs,
    range: Option<ByteRange>,
) -> Result<Download, Error> {
    let op = DownloadMedia {
        session: call.session().await?,
        chat: given.chat.clone(),
        message_id: given.message_id,
        range,
    };
    call.run(op).await
}

/// An empty file has no first byte to ask for.
async fn size(call: &Call<'_>, given: &DownloadMediaArgs) -> u64 {
    let first = Some(ByteRange::From(0, Some(0)));
    start(call, given, first)
        .await
        .map_or(0, |found| found.file.size)
}

fn not_satisfiable(error: Error, size: u64) -> HttpResponse {
    let mut response = Refusal::Error(error).error_response();
    if let Ok(value) = HeaderValue::from_str(&file::unsatisfied_range(size)) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

fn sent(download: Download, partial: bool) -> HttpResponse {
    let status = if partial {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = HttpResponse::build(status);
    if partial {
        let range = file::content_range(download.start, download.length, download.file.size);
        response.insert_header((CONTENT_RANGE, range));
    }
    let mime = HeaderValue::from_str(&download.file.mime);
    response
        .insert_header((
            CONTENT_TYPE,
            mime.unwrap_or(HeaderValue::from_static("application/octet-stream")),
        ))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("X-Media-Type", download.file.class.as_str()))
        .insert_header(file::attachment(download.file.name.as_deref()))
        .no_chunking(download.length)
        .streaming(chunks(download))
}

/// An error ends the answer early, which the client sees by its length.
fn chunks(download: Download) -> impl Stream<Item = Result<Bytes, Error>> {
    stream::unfold(download.chunks, |mut chunks| async move {
        let chunk = chunks.recv().await?;
        Some((chunk, chunks))
    })
}
