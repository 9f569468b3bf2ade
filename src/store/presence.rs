//! Whether the files of an SQLite database are still those that were opened.
//!
//! A program goes on in a file that was removed: what it writes there is lost with its end. It owns
//! the identity of the files since the start; what follows when they are others is the pool's
//! matter. PostgreSQL tells by itself that a database is gone.

use crate::store::Error;
use crate::store::database_url::DatabaseUrl;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files as they were when the database was opened; nothing to look at for PostgreSQL.
#[derive(Clone, Debug, Default)]
pub(super) struct Presence(Option<Arc<Files>>);

#[derive(Debug)]
struct Files {
    database: Known,
    /// The write-ahead log and its index. They stay the same while a connection is open.
    log: [Known; 2],
}

#[derive(Debug)]
struct Known {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Presence {
    /// Takes note of the files. To be called while a connection is open that stays open.
    pub(super) fn of(url: &DatabaseUrl) -> Result<Self, Error> {
        let Some(path) = url.sqlite_path() else {
            return Ok(Self::default());
        };
        let note = |path: PathBuf| {
            Known::note(path.clone()).map_err(|source| Error::Unavailable {
                what: format!("{} cannot be looked at", path.display()).into(),
                source: Some(Box::new(source)),
            })
        };
        // The process may change its folder; the files do not.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self(Some(Arc::new(Files {
            log: [note(beside(&path, "-wal"))?, note(beside(&path, "-shm"))?],
            database: note(path)?,
        }))))
    }

    /// Fails when one of the files is not there, or is another one.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Some(files) = &self.0 else {
            return Ok(());
        };
        files.database.check(true)?;
        files.log.iter().try_for_each(|known| known.check(false))
    }

    /// Whether the database's file is there and its log is not.
    #[cfg(feature = "sqlite")]
    pub(super) fn has_lost_log(&self) -> bool {
        self.0.as_ref().is_some_and(|files| {
            let mut log = files.log.iter();
            files.database.check(true).is_ok() && log.any(|known| known.check(false).is_err())
        })
    }
}

impl Known {
    fn note(path: PathBuf) -> std::io::Result<Self> {
        let found = std::fs::metadata(&path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
            path,
        })
    }

    fn check(&self, has_content: bool) -> Result<(), Error> {
        let what = match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "was removed",
            Err(_) => "cannot be looked at any more",
            Ok(found) if (found.dev(), found.ino()) != (self.device, self.inode) => {
                "was replaced by another file"
            }
            Ok(found) if has_content && found.len() == 0 => "was emptied",
            Ok(_) => return Ok(()),
        };
        let path = self.path.display();
        Err(Error::unavailable(format!(
            "{path} {what} while the hub runs"
        )))
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
