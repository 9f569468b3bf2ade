//! The JSON of the archive's door: what it takes and what it gives.
//!
//! Owns the names of every field and the turning of them into operations and back.

mod dialogs;
mod files;
mod history;
mod history_query;
mod messages;
mod python_json;
mod qr;
mod settings;
mod shared;

pub(crate) use dialogs::{DialogQuery, Dialogs, Folder, Place};
pub(crate) use files::{FileMetadata, FileQuery, PinnedFile, download_name, media_type};
pub(crate) use history::Events;
pub(crate) use history_query::{DialogIdParam, HistoryQuery, SyncQuery, SyncReport};
pub(crate) use messages::{ChatSearchQuery, FoundMessages, MessageSearchQuery};
pub(crate) use qr::{
    ArchiveQrPasswordRequest, ArchiveQrRequest, QrDone, QrStarted, QrStatus, QrTokenParam,
};
pub(crate) use settings::{ArchiveSettingsRequest, ScopeQuery, Settings};
