//! A file that comes as the body of a request, handed on while it arrives.

use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::refusal::Refusal;
use crate::http::doors::tools::table::{UPLOAD_FILE, UploadFileArgs};
use crate::http::doors::tools::tool::Taken;
use crate::ops::files::{FileSource, FileStream};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::json;
use std::io;
use tokio::sync::mpsc;

/// Answers the message that the file became.
pub(super) async fn answer(
    call: &Call<'_>,
    taken: Taken<UploadFileArgs>,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let (sender, chunks) = mpsc::channel(1);
    let headers = request.headers();
    let stream = FileStream {
        name: base_name(&taken.arguments.filename),
        mime: text(headers, CONTENT_TYPE),
        len: text(headers, CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        max_bytes: call.config().max_upload_bytes,
        chunks,
    };
    let sending = taken.arguments.send(call, FileSource::Stream(stream));
    let mut sending = std::pin::pin!(call.noted(&UPLOAD_FILE, &taken.chats, sending));
    let mut arriving = std::pin::pin!(hand_on(payload, sender));
    let result: Result<_, Error> = tokio::select! {
        // A refusal is told at once, whatever the client has still to send.
        result = &mut sending => result,
        () = &mut arriving => sending.await,
    };
    Ok(HttpResponse::Ok().json(json!({ "result": result? })))
}

async fn hand_on(mut payload: Payload, sender: mpsc::Sender<Result<Bytes, io::Error>>) {
    loop {
        // How long it may take is the business of whoever waits for the bytes.
        let Some(chunk) = payload.next().await else {
            return;
        };
        let chunk = chunk.map_err(io::Error::other);
        let ends = chunk.is_err();
        if sender.send(chunk).await.is_err() || ends {
            return;
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// The name without folders, whichever way they are written.
fn base_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.is_empty() {
        "file".to_owned()
    } else {
        last.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_loses_its_folders() {
        for (name, base) in [
            ("a.txt", "a.txt"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\y.jpg", "y.jpg"),
            ("folder/", "file"),
        ] {
            assert_eq!(base_name(name), base);
        }
    }
}
