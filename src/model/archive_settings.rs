//! How the archive fetches a chat's history, and what is changed of that.
//!
//! It must not know where the changes are kept, nor how clients write them.

use crate::model::FileKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How the archive fetches the chats of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchiveSettings {
    /// Whether files are downloaded at all.
    pub download_media: bool,
    /// The largest file that is downloaded, in MiB; `None` for files of any size.
    pub max_media_size_mb: Option<f64>,
    /// How many messages are asked for at once, at least 1.
    pub telegram_batch_size: u32,
    /// Whether files that were left out are downloaded once the settings allow it.
    pub repair_media: bool,
    /// The kinds of files that are downloaded.
    pub file_kinds: BTreeSet<FileKind>,
}

impl Default for ArchiveSettings {
    fn default() -> Self {
        let kinds = FileKind::ALL.iter().copied();
        Self {
            download_media: true,
            max_media_size_mb: Some(20.0),
            telegram_batch_size: 100,
            repair_media: true,
            file_kinds: kinds.filter(|kind| *kind != FileKind::Videos).collect(),
        }
    }
}

/// What differs from other settings; `None` does not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArchiveChanges {
    /// See [`ArchiveSettings::download_media`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_media: Option<bool>,
    /// See [`ArchiveSettings::max_media_size_mb`]; 0 stands for files of any size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_media_size_mb: Option<f64>,
    /// See [`ArchiveSettings::telegram_batch_size`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telegram_batch_size: Option<u32>,
    /// See [`ArchiveSettings::repair_media`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair_media: Option<bool>,
    /// Whether these kinds of files are downloaded.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub file_kinds: BTreeMap<FileKind, bool>,
}

impl ArchiveChanges {
    /// Takes later changes over.
    pub fn merge(&mut self, later: Self) {
        self.download_media = later.download_media.or(self.download_media);
        self.max_media_size_mb = later.max_media_size_mb.or(self.max_media_size_mb);
        self.telegram_batch_size = later.telegram_batch_size.or(self.telegram_batch_size);
        self.repair_media = later.repair_media.or(self.repair_media);
        self.file_kinds.extend(later.file_kinds);
    }

    /// The settings with what differs.
    pub fn apply(&self, settings: ArchiveSettings) -> ArchiveSettings {
        let mut file_kinds = settings.file_kinds;
        for (kind, wanted) in &self.file_kinds {
            if *wanted {
                file_kinds.insert(*kind);
            } else {
                file_kinds.remove(kind);
            }
        }
        let limit = self.max_media_size_mb;
        ArchiveSettings {
            download_media: self.download_media.unwrap_or(settings.download_media),
            max_media_size_mb: limit.map_or(settings.max_media_size_mb, |limit| {
                Some(limit).filter(|limit| *limit > 0.0)
            }),
            telegram_batch_size: self
                .telegram_batch_size
                .unwrap_or(settings.telegram_batch_size),
            repair_media: self.repair_media.unwrap_or(settings.repair_media),
            file_kinds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_laid_over_each_other() {
        let mut changes = ArchiveChanges {
            download_media: Some(false),
            file_kinds: BTreeMap::from([(FileKind::Videos, true), (FileKind::Gifs, false)]),
            ..ArchiveChanges::default()
        };
        changes.merge(ArchiveChanges {
            max_media_size_mb: Some(0.0),
            file_kinds: BTreeMap::from([(FileKind::Gifs, true)]),
            ..ArchiveChanges::default()
        });
        let written = serde_json::to_string(&changes).expect("JSON");
        assert_eq!(
            serde_json::from_str::<ArchiveChanges>(&written).expect("read"),
            changes
        );
        let settings = changes.apply(ArchiveSettings::default());
        assert_eq!(settings.file_kinds, FileKind::ALL.iter().copied().collect());
        assert_eq!(
            (settings.download_media, settings.max_media_size_mb),
            (false, None)
        );
        assert_eq!(settings.telegram_batch_size, 100);
    }
}
