//! Files: sending them from URLs, uploading them, and downloading what messages carry.

use super::shared::{chat, message_id, mode, parse_mode, silent};
use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Output, field, or_null};
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Method, Route, Source, Tool};
use crate::http::input::kind;
use crate::http::input::{Param, request};
use crate::model::MessageId;
use crate::ops::files::{DownloadMedia, FileSource, SendAlbum, SendFile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The largest file that is answered within JSON, 5 MiB.
const LARGEST_INLINE_BYTES: u64 = 5 * 1024 * 1024;

fn caption() -> Param<Option<String>> {
    kind::text().about("The text below the file.").optional()
}

fn force_document() -> Param<bool> {
    kind::flag()
        .about("Send as a plain file instead of a photo or video.")
        .or(false)
}

/// The original's limit of 2 GiB, and its default of 50 MiB.
fn max_bytes() -> Param<u64> {
    kind::integer(1, 2_147_483_648)
        .about("Refuse files larger than this many bytes.")
        .or(52_428_800)
}

pub(super) static SEND_FILE: Tool = Tool {
    name: "send_file",
    title: "Send a file",
    description: "Download a file from an HTTP or HTTPS URL and send it to a chat. Pictures are \
                  sent as photos unless force_document is set.",
    action: Action::of::<SendFileArgs>(),
    output: Output::Message,
    hints: Hints::ADDS,
    route: Route::body(Method::Post, "/api/files"),
};

request! {
    struct SendFileArgs {
        chat: String = chat(),
        /// The http:// or https:// URL of the file.
        file_url: String = kind::text(),
        caption: Option<String> = caption(),
        parse_mode: Option<String> = mode(),
        silent: bool = silent(),
        force_document: bool = force_document(),
        max_bytes: u64 = max_bytes(),
    }
}

impl Arguments for SendFileArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = SendFile {
            session: call.session().await?,
            chat: self.chat,
            source: FileSource::Url {
                url: self.file_url,
                max_bytes: self.max_bytes,
            },
            caption: self.caption.unwrap_or_default(),
            parse_mode: parse_mode(self.parse_mode.as_deref())?,
            reply_to: None,
            silent: self.silent,
            force_document: self.force_document,
            schedule_at: None,
        };
        Ok(objects::message(&call.run(op).await?))
    }
}

/// A file that comes as the body of a request. REST alone has it, and gives the file itself.
pub(crate) static UPLOAD_FILE: Tool = Tool {
    name: "upload_file",
    title: "Upload a file",
    description: "Send the request's body as a file to a chat.",
    action: Action::of::<UploadFileArgs>(),
    output: Output::Message,
    hints: Hints::ADDS,
    route: Route::new(Method::Post, "/api/files/upload", Source::Upload),
};

request! {
    pub(crate) struct UploadFileArgs {
        chat: String = chat(),
        /// The file's name, without a path.
        filename: String = kind::text_of(1, 255),
        caption: Option<String> = caption(),
        parse_mode: Option<String> = mode(),
        silent: bool = silent(),
        force_document: bool = force_document(),
    }
}

impl UploadFileArgs {
    /// Sends what comes as the body of the request.
    ///
    /// # Errors
    /// Those of [`SendFile`]; `invalid_request` for an unknown parse mode.
    pub(crate) async fn send(self, call: &Call<'_>, source: FileSource) -> Result<Value, Error> {
        let op = SendFile {
            session: call.session().await?,
            chat: self.chat,
            source,
            caption: self.caption.unwrap_or_default(),
            parse_mode: parse_mode(self.parse_mode.as_deref())?,
            reply_to: None,
            silent: self.silent,
            force_document: self.force_document,
            schedule_at: None,
        };
        Ok(objects::message(&call.run(op).await?))
    }
}

impl Arguments for UploadFileArgs {
    async fn run(self, _call: &Call<'_>) -> Result<Value, Error> {
        let why = "an upload is the body of a request";
        Err(Error::new(Code::InvalidRequest, why))
    }
}

pub(super) static SEND_ALBUM: Tool = Tool {
    name: "send_album",
    title: "Send an album",
    description: "Download 2 to 10 files from HTTP or HTTPS URLs and send them as one album.",
    action: Action::of::<SendAlbumArgs>(),
    output: Output::List(&Output::Message),
    hints: Hints::ADDS,
    route: Route::body(Method::Post, "/api/files/album"),
};

request! {
    struct SendAlbumArgs {
        chat: String = chat(),
        /// The http:// or https:// URLs of the files, in their order.
        urls: Vec<String> = kind::list(2, 10, kind::text()),
        caption: Option<String> = caption(),
        parse_mode: Option<String> = mode(),
        silent: bool = silent(),
        force_document: bool = force_document(),
        max_bytes: u64 = max_bytes(),
    }
}

impl Arguments for SendAlbumArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let max_bytes = self.max_bytes;
        let urls = self.urls.into_iter();
        let op = SendAlbum {
            session: call.session().await?,
            chat: self.chat,
            sources: urls.map(|url| FileSource::Url { url, max_bytes }).collect(),
            caption: self.caption.unwrap_or_default(),
            parse_mode: parse_mode(self.parse_mode.as_deref())?,
            reply_to: None,
            silent: self.silent,
            force_document: self.force_document,
        };
        let sent = call.run(op).await?;
        Ok(sent.iter().map(objects::message).collect())
    }
}

pub(crate) static DOWNLOAD_MEDIA: Tool = Tool {
    name: "download_media",
    title: "Download a file",
    description: "Download the file of a message, up to 5 MiB, as base64.",
    action: Action::of::<DownloadMediaArgs>(),
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
    route: Route::new(
        Method::Get,
        "/api/messages/{message_id}/media",
        Source::Download,
    ),
};

request! {
    pub(crate) struct DownloadMediaArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
    }
}

impl Arguments for DownloadMediaArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = DownloadMedia {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
            range: None,
        };
        let mut download = call.run(op).await?;
        if download.file.size > LARGEST_INLINE_BYTES {
            return Err(Error::new(
                Code::FileTooLarge,
                format!(
                    "the file has {} bytes, more than the {LARGEST_INLINE_BYTES} that fit into an \
                     answer; GET /api/messages/{{message_id}}/media streams any size",
                    download.file.size
                ),
            ));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = download.chunks.recv().await {
            bytes.extend_from_slice(&chunk?);
        }
        Ok(json!({
            "size": download.file.size,
            "media_type": download.file.class.as_str(),
            "mime_type": download.file.mime,
            "file_name": download.file.name,
            "data_base64": STANDARD.encode(bytes),
        }))
    }
}
