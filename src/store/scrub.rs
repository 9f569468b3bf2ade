//! Taking what was deleted out of SQLite's files, and not only out of its tables.
//!
//! `secure_delete` fills the place of a deleted row with zeros. When rows move to other pages,
//! copies of them stay behind in the gaps all the same, so that only writing the whole file anew
//! takes the last one. PostgreSQL does this in its own time, by `VACUUM`.
//! Sources: <https://www.sqlite.org/pragma.html#pragma_secure_delete>,
//! <https://www.sqlite.org/lang_vacuum.html>.

use crate::store::{AnyConnection, Engine, Error, Store, checkpoint};
use diesel::connection::SimpleConnection as _;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// How often the log is tried to be emptied; each time readers are waited for.
const ATTEMPTS: u32 = 4;

/// Who has asked, so that those who wait for a turn share one.
#[derive(Debug, Default)]
pub(super) struct Scrubs {
    asked: AtomicU64,
    done: Mutex<u64>,
}

impl Store {
    /// Leaves nothing in the files of what was deleted before. Writers wait meanwhile.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away, there is no room for a second copy of it,
    /// or somebody reads it for too long.
    pub async fn scrub(&self) -> Result<(), Error> {
        if self.engine() != Engine::Sqlite {
            return Ok(());
        }
        let scrubs = self.scrubs();
        let own = scrubs.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut done = scrubs.done.lock().await;
        if *done >= own {
            return Ok(());
        }
        let covered = scrubs.asked.load(Ordering::SeqCst);
        self.between_writes(rewrite).await?;
        *done = covered;
        Ok(())
    }
}

fn rewrite(conn: &mut AnyConnection) -> Result<(), Error> {
    // A large database has no room for its copy in memory, and a small system none for files.
    let written = conn.batch_execute("PRAGMA temp_store = FILE; VACUUM");
    conn.batch_execute("PRAGMA temp_store = MEMORY")?;
    if let Err(error) = written {
        log::info!("the database cannot be copied into a file, and is copied in memory: {error}");
        conn.batch_execute("VACUUM")?;
    }
    for _ in 0..ATTEMPTS {
        if checkpoint::emptied(conn)? {
            return Ok(());
        }
    }
    Err(Error::unavailable(
        "its log cannot be emptied, because somebody reads it all the time",
    ))
}
