//! The JSON of files, and what they are called.

use super::shared::POLICY;
use crate::http::input::{kind, request};
use crate::model::{FileKind, Media};
use crate::ops::media::FileView;
use actix_web::http::header::HeaderValue;
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Query of `/api/v3/files/{file_uuid}`.
    pub(crate) struct FileQuery {
        /// Whether only what is known of the file is answered.
        metadata_only: bool = kind::flag().or(false),
    }
}

/// What is known of a kept file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveFile)]
pub(crate) struct FileMetadata {
    /// Where its bytes are: an absolute path, or the URL of an object.
    #[schema(example = "/data/media/objects/ba/ba7816bf8f01cfea")]
    file_path: String,
    /// Its name at Telegram, if it has one.
    #[schema(required)]
    original_filename: Option<String>,
    /// How many bytes it has.
    size: u64,
}

impl From<FileView> for FileMetadata {
    fn from(shown: FileView) -> Self {
        Self {
            file_path: shown.location,
            original_filename: shown.media.file.name,
            size: shown.object.size,
        }
    }
}

/// Whether a file stays when others have to make room.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchivePin)]
pub(crate) struct PinnedFile {
    /// Whether it does.
    pub(crate) pinned: bool,
}

/// The MIME type of a file: as Telegram says, else as its name says.
pub(crate) fn media_type(media: &Media) -> HeaderValue {
    let told = media.file.mime.as_str();
    let told = (told.contains('/') && told != "application/octet-stream").then_some(told);
    let guessed = || {
        let name = media.file.name.as_deref().unwrap_or_default();
        mime_guess::from_path(name).first_raw()
    };
    told.or_else(guessed)
        .and_then(|mime| HeaderValue::from_str(mime).ok())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// What a file is saved as: the number of its message, and its name without what no file system
/// takes.
pub(crate) fn download_name(media: &Media) -> String {
    let id = media.message_id;
    let unfit = |c: char| c.is_control() || matches!(c, '/' | '\\');
    let name = media.file.name.as_deref().map(str::trim);
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        return format!("{id}-{}", name.replace(unfit, "_"));
    }
    let stem = match media.file.kind {
        FileKind::Photos => "photo",
        FileKind::Videos => "video",
        FileKind::VoiceMessages => "voice",
        FileKind::VideoMessages => "video_message",
        FileKind::Stickers => "sticker",
        FileKind::Gifs => "gif",
        FileKind::Files => "file",
    };
    format!("{id}-{stem}{}", extension(&media.file.mime))
}

/// The first of several that a MIME type may have is often a rare one.
fn extension(mime: &str) -> String {
    match mime {
        "image/jpeg" => ".jpg".to_owned(),
        "audio/ogg" => ".ogg".to_owned(),
        "audio/mpeg" => ".mp3".to_owned(),
        "video/quicktime" => ".mov".to_owned(),
        "text/plain" => ".txt".to_owned(),
        mime => mime_guess::get_mime_extensions_str(mime)
            .and_then(|all| all.first())
            .map_or_else(String::new, |extension| format!(".{extension}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        ChatId, FileUuid, MediaClass, MediaState, MessageFile, MessageId, SessionId, UtcTime,
    };

    fn media(kind: FileKind, mime: &str, name: Option<&str>) -> Media {
        Media {
            id: 1,
            uuid: FileUuid::random(),
            session_id: SessionId(1),
            chat_id: ChatId::user(1),
            message_id: MessageId(12),
            file: MessageFile {
                class: MediaClass::Document,
                kind,
                file_id: 1,
                mime: mime.to_owned(),
                name: name.map(str::to_owned),
                size: 1,
            },
            state: MediaState::Stored,
            object: None,
            attempts: 0,
            pinned: false,
            updated_at: UtcTime::now(),
        }
    }

    #[test]
    fn a_file_is_saved_under_the_number_of_its_message() {
        for (kind, mime, name, expected) in [
            (
                FileKind::Files,
                "application/pdf",
                Some("doc.pdf"),
                "12-doc.pdf",
            ),
            (
                FileKind::Files,
                "text/plain",
                Some("../a\\b\n"),
                "12-.._a_b",
            ),
            (FileKind::Photos, "image/jpeg", None, "12-photo.jpg"),
            (FileKind::VoiceMessages, "audio/ogg", None, "12-voice.ogg"),
            (
                FileKind::Stickers,
                "image/webp",
                Some(" "),
                "12-sticker.webp",
            ),
            (FileKind::Files, "no/such", None, "12-file"),
        ] {
            assert_eq!(download_name(&media(kind, mime, name)), expected);
        }
    }

    #[test]
    fn a_file_has_the_type_that_is_told_or_that_its_name_says() {
        for (mime, name, expected) in [
            ("application/pdf", Some("a.txt"), "application/pdf"),
            ("application/octet-stream", Some("a.txt"), "text/plain"),
            ("", None, "application/octet-stream"),
            ("text/\n", None, "application/octet-stream"),
        ] {
            assert_eq!(media_type(&media(FileKind::Files, mime, name)), expected);
        }
    }
}
