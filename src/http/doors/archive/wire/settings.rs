//! The JSON of the settings.

use super::shared::POLICY;
use crate::error::{Code, Error};
use crate::http::input::{Given, kind, request};
use crate::model::{ArchiveChanges, ArchiveSettings, FileKind};
use crate::ops::archive_settings::SettingsOf;
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Query of `/api/v3/settings`.
    pub(crate) struct ScopeQuery {
        /// Whose settings: those of the account, or of all accounts that have none of their own.
        scope: SettingsOf = kind::members([
            ("account", SettingsOf::Account),
            ("all", SettingsOf::All),
        ])
        .or_written(SettingsOf::Account, "account"),
    }
}

request! {
    policy POLICY;
    /// Body of `PATCH /api/v3/settings`. Null changes nothing, but for the limit of size.
    pub(crate) struct ArchiveSettingsRequest {
        /// Whether files are downloaded.
        download_media: Given<bool> = kind::flag().optional_or_null(),
        /// The largest file that is downloaded, in MiB; 0 or null for files of any size.
        max_media_size_mb: Given<f64> = kind::number(0, None).optional_or_null(),
        /// How many messages are asked for at once.
        telegram_batch_size: Given<u32> =
            kind::integer(1, i64::from(i32::MAX)).optional_or_null(),
        /// Whether files that were left out are downloaded once the settings allow it.
        repair_media: Given<bool> = kind::flag().optional_or_null(),
        /// Which kinds of files are downloaded.
        download_file_types: Given<ArchiveFileTypesRequest> =
            kind::fields::<ArchiveFileTypesRequest>().optional_or_null(),
    }
}

request! {
    policy POLICY;
    /// Whether these kinds of files are downloaded.
    pub(crate) struct ArchiveFileTypesRequest {
        /// Photos.
        photos: Option<bool> = kind::flag().optional(),
        /// Videos.
        videos: Option<bool> = kind::flag().optional(),
        /// Voice messages.
        voice_messages: Option<bool> = kind::flag().optional(),
        /// Round videos.
        video_messages: Option<bool> = kind::flag().optional(),
        /// Stickers.
        stickers: Option<bool> = kind::flag().optional(),
        /// Animations.
        gifs: Option<bool> = kind::flag().optional(),
        /// All other documents.
        files: Option<bool> = kind::flag().optional(),
    }
}

impl ArchiveSettingsRequest {
    /// What is to be otherwise.
    ///
    /// # Errors
    /// `invalid_request` when no setting is named.
    pub(crate) fn changes(self) -> Result<ArchiveChanges, Error> {
        let is_named = self.download_media.is_there()
            || self.max_media_size_mb.is_there()
            || self.telegram_batch_size.is_there()
            || self.repair_media.is_there()
            || self.download_file_types.is_there();
        if !is_named {
            return Err(Error::new(
                Code::InvalidRequest,
                "No fields provided for update",
            ));
        }
        let types = self.download_file_types.value();
        Ok(ArchiveChanges {
            download_media: self.download_media.value(),
            max_media_size_mb: match self.max_media_size_mb {
                Given::Nothing => None,
                Given::Null => Some(0.0),
                Given::Value(size) => Some(size),
            },
            telegram_batch_size: self.telegram_batch_size.value(),
            repair_media: self.repair_media.value(),
            file_kinds: types
                .into_iter()
                .flat_map(ArchiveFileTypesRequest::kinds)
                .collect(),
        })
    }
}

impl ArchiveFileTypesRequest {
    fn kinds(self) -> impl Iterator<Item = (FileKind, bool)> {
        let kinds = [
            (FileKind::Photos, self.photos),
            (FileKind::Videos, self.videos),
            (FileKind::VoiceMessages, self.voice_messages),
            (FileKind::VideoMessages, self.video_messages),
            (FileKind::Stickers, self.stickers),
            (FileKind::Gifs, self.gifs),
            (FileKind::Files, self.files),
        ];
        kinds
            .into_iter()
            .filter_map(|(kind, wanted)| Some((kind, wanted?)))
    }
}

/// Answer of `/api/v3/settings`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveSettings)]
pub(crate) struct Settings {
    /// Whether files are downloaded.
    download_media: bool,
    /// The largest file that is downloaded, in MiB; null for files of any size.
    #[schema(required)]
    max_media_size_mb: Option<f64>,
    /// How many messages are asked for at once.
    telegram_batch_size: u32,
    /// Whether files that were left out are downloaded once the settings allow it.
    repair_media: bool,
    /// Which kinds of files are downloaded.
    download_file_types: FileTypes,
}

/// Whether these kinds of files are downloaded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveFileTypes)]
#[expect(clippy::struct_excessive_bools, reason = "the form is the contract's")]
struct FileTypes {
    /// Photos.
    photos: bool,
    /// Videos.
    videos: bool,
    /// Voice messages.
    voice_messages: bool,
    /// Round videos.
    video_messages: bool,
    /// Stickers.
    stickers: bool,
    /// Animations.
    gifs: bool,
    /// All other documents.
    files: bool,
}

impl From<ArchiveSettings> for Settings {
    fn from(settings: ArchiveSettings) -> Self {
        let has = |kind| settings.file_kinds.contains(&kind);
        Self {
            download_media: settings.download_media,
            max_media_size_mb: settings.max_media_size_mb,
            telegram_batch_size: settings.telegram_batch_size,
            repair_media: settings.repair_media,
            download_file_types: FileTypes {
                photos: has(FileKind::Photos),
                videos: has(FileKind::Videos),
                voice_messages: has(FileKind::VoiceMessages),
                video_messages: has(FileKind::VideoMessages),
                stickers: has(FileKind::Stickers),
                gifs: has(FileKind::Gifs),
                files: has(FileKind::Files),
            },
        }
    }
}
