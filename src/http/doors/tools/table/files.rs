//! Files: sending them from URLs, uploading them, and downloading what messages carry.

use super::shared::{CHAT, MESSAGE_ID, PARSE_MODE, SILENT, parse_mode};
use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Arguments, Output, Param, field, or_null};
use crate::http::doors::tools::tool::{Hints, Method, Route, Source, Tool};
use crate::ops::files::{DownloadMedia, FileSource, SendAlbum, SendFile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The largest file that is answered within JSON, 5 MiB.
const LARGEST_INLINE_BYTES: u64 = 5 * 1024 * 1024;

const CAPTION: Param = Param::text("caption", "The text below the file.").optional();

const FORCE_DOCUMENT: Param = Param::flag(
    "force_document",
    false,
    "Send as a plain file instead of a photo or video.",
);

/// The original's limit of 2 GiB, and its default of 50 MiB.
const MAX_BYTES: Param = Param::integer(
    "max_bytes",
    1,
    2_147_483_648,
    "Refuse files larger than this many bytes.",
)
.or(52_428_800);

pub(super) static SEND_FILE: Tool = Tool {
    name: "send_file",
    title: "Send a file",
    description: "Download a file from an HTTP or HTTPS URL and send it to a chat. Pictures are \
                  sent as photos unless force_document is set.",
    params: &[
        CHAT,
        Param::text("file_url", "The http:// or https:// URL of the file."),
        CAPTION,
        PARSE_MODE,
        SILENT,
        FORCE_DOCUMENT,
        MAX_BYTES,
    ],
    output: Output::Message,
    hints: Hints::ADDS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/files"),
    run: |call, given| {
        Box::pin(async move {
            let source = from_url(&given, given.text("file_url"));
            send_file(call, &given, source).await
        })
    },
};

/// A file that comes as the body of a request. REST alone has it, and gives the file itself.
pub(crate) static UPLOAD_FILE: Tool = Tool {
    name: "upload_file",
    title: "Upload a file",
    description: "Send the request's body as a file to a chat.",
    params: &[
        CHAT,
        Param::text_of("filename", 1, 255, "The file's name, without a path."),
        CAPTION,
        PARSE_MODE,
        SILENT,
        FORCE_DOCUMENT,
    ],
    output: Output::Message,
    hints: Hints::ADDS,
    chats: &["chat"],
    route: Route::new(Method::Post, "/api/files/upload", Source::Upload),
    run: |_, _| {
        Box::pin(async {
            let why = "an upload is the body of a request";
            Err(Error::new(Code::InvalidRequest, why))
        })
    },
};

fn from_url(given: &Arguments, url: String) -> FileSource {
    let max_bytes = u64::try_from(given.integer("max_bytes")).unwrap_or(0);
    FileSource::Url { url, max_bytes }
}

/// Sends one file with what the arguments say of it.
///
/// # Errors
/// Those of [`SendFile`]; `invalid_request` for an unknown parse mode.
pub(crate) async fn send_file(
    call: &Call<'_>,
    given: &Arguments,
    source: FileSource,
) -> Result<Value, Error> {
    let op = SendFile {
        session: call.session().await?,
        chat: given.text("chat"),
        source,
        caption: given.optional_text("caption").unwrap_or_default(),
        parse_mode: parse_mode(given.optional_text("parse_mode").as_deref())?,
        reply_to: None,
        silent: given.flag("silent"),
        force_document: given.flag("force_document"),
        schedule_at: None,
    };
    Ok(objects::message(&call.run(op).await?))
}

pub(super) static SEND_ALBUM: Tool = Tool {
    name: "send_album",
    title: "Send an album",
    description: "Download 2 to 10 files from HTTP or HTTPS URLs and send them as one album.",
    params: &[
        CHAT,
        Param::texts(
            "urls",
            2,
            10,
            "The http:// or https:// URLs of the files, in their order.",
        ),
        CAPTION,
        PARSE_MODE,
        SILENT,
        FORCE_DOCUMENT,
        MAX_BYTES,
    ],
    output: Output::List(&Output::Message),
    hints: Hints::ADDS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/files/album"),
    run: |call, given| Box::pin(send_album(call, given)),
};

async fn send_album(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let urls = given.texts("urls").into_iter();
    let op = SendAlbum {
        session: call.session().await?,
        chat: given.text("chat"),
        sources: urls.map(|url| from_url(&given, url)).collect(),
        caption: given.optional_text("caption").unwrap_or_default(),
        parse_mode: parse_mode(given.optional_text("parse_mode").as_deref())?,
        reply_to: None,
        silent: given.flag("silent"),
        force_document: given.flag("force_document"),
    };
    let sent = call.run(op).await?;
    Ok(sent.iter().map(objects::message).collect())
}

pub(crate) static DOWNLOAD_MEDIA: Tool = Tool {
    name: "download_media",
    title: "Download a file",
    description: "Download the file of a message, up to 5 MiB, as base64.",
    params: &[CHAT, MESSAGE_ID],
    output: Output::Object(&[
        field("size", "integer", "The file's size in bytes."),
        field(
            "media_type",
            "string",
            "Telegram's class of it, such as MessageMediaPhoto.",
        ),
        field("mime_type", "string", "Its MIME type."),
        or_null("file_name", "string", "Its name, if it has one."),
        field("data_base64", "string", "Its bytes in base64."),
    ]),
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::new(
        Method::Get,
        "/api/messages/{message_id}/media",
        Source::Download,
    ),
    run: |call, given| Box::pin(download_media(call, given)),
};

async fn download_media(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = DownloadMedia {
        session: call.session().await?,
        chat: given.text("chat"),
        message_id: given.message_id("message_id"),
        range: None,
    };
    let mut download = call.run(op).await?;
    if download.size > LARGEST_INLINE_BYTES {
        return Err(Error::new(
            Code::FileTooLarge,
            format!(
                "the file has {} bytes, more than the {LARGEST_INLINE_BYTES} that fit into an \
                 answer; GET /api/messages/{{message_id}}/media streams any size",
                download.size
            ),
        ));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = download.chunks.recv().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(json!({
        "size": download.size,
        "media_type": download.class,
        "mime_type": download.mime,
        "file_name": download.name,
        "data_base64": STANDARD.encode(bytes),
    }))
}
