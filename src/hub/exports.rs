//! Taking an export of Telegram Desktop into the log of a session, beside a hub or without one.
//!
//! It owns the way from the file to the database: one thread reads, and at most some thousand
//! messages wait for their transactions. It must not know the form of the file.

mod log;

use crate::config::StoreConfig;
use crate::desktop::{ExportedChat, ExportedMessage, Part, Place, ReadError, Skip};
use crate::hub::{StartError, open_store};
use crate::model::{SessionName, UserId};
use crate::store::capture::Imported;
use crate::store::{self, Store};
use chrono::FixedOffset;
use log::Log;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Why an export was not taken in whole. What was stored before is good, and another attempt goes
/// on where it is missing.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database or the settings cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is no log of that name.
    #[error("there is no session {0}")]
    NoSession(SessionName),
    /// Nobody can tell whose log it is.
    #[error("the session {0} was never logged in, so that it is not known whose log it is")]
    NoOwner(SessionName),
    /// Messages of two accounts could not be told apart.
    #[error("the export is of another account than the session: {0}")]
    OtherAccount(String),
    /// The file cannot be read, or is broken.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// The database fails.
    #[error("the database cannot be written: {0}")]
    Store(#[from] store::Error),
    /// Somebody has stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// What has come of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportTaken {
    /// What became of the messages.
    pub messages: Imported,
    /// Messages that could not be read, those that Telegram Desktop could not read among them.
    pub unreadable: u64,
    /// Messages of groups before they were upgraded, whose ids the hub does not know.
    pub of_unknown_groups: u64,
    /// What was left out and why, the first of it.
    pub notes: Vec<String>,
}

/// How many notes are kept.
const MOST_NOTES: usize = 20;

/// What is read, and how.
#[derive(Clone, Debug)]
pub struct ExportSource<'a> {
    /// The file.
    pub file: &'a Path,
    /// The zone of the computer that has made the export, for those of before 2021.
    pub zone: Option<FixedOffset>,
}

/// Messages of a transaction at most, and bytes of their texts.
const BATCH: (usize, usize) = (500, 1 << 20);

/// What the reading thread hands over.
enum Job {
    Account(UserId),
    Messages(Arc<ExportedChat>, Vec<ExportedMessage>),
    Skipped(Skip),
}

/// Takes an export in. `tell` hears how far it has come, in bytes of all bytes, after each
/// transaction.
///
/// # Errors
/// As [`ExportError`] says. What was taken in until then is told all the same.
pub async fn import_export(
    config: &StoreConfig,
    name: &SessionName,
    source: &ExportSource<'_>,
    stop: &CancellationToken,
    tell: impl FnMut(u64, u64, &ExportTaken),
) -> (ExportTaken, Result<(), ExportError>) {
    let mut taken = ExportTaken::default();
    let store = match open_store(config).await {
        Ok(store) => store,
        Err(error) => return (taken, Err(error.into())),
    };
    let done = run(&store, name, source, stop, tell, &mut taken).await;
    store.close().await;
    (taken, done)
}

async fn run(
    store: &Store,
    name: &SessionName,
    source: &ExportSource<'_>,
    stop: &CancellationToken,
    mut tell: impl FnMut(u64, u64, &ExportTaken),
    taken: &mut ExportTaken,
) -> Result<(), ExportError> {
    let mut log = Log::find(store, name).await?;
    let file = File::open(source.file).map_err(ReadError::File)?;
    let size = file.metadata().map_err(ReadError::File)?.len();
    let (place, zone) = (Arc::<Place>::default(), source.zone);
    let (sender, mut jobs) = mpsc::channel(4);
    let reading = {
        let place = Arc::clone(&place);
        tokio::task::spawn_blocking(move || read(file, &place, zone, &sender))
    };
    let mut result = Ok(());
    loop {
        let job = tokio::select! {
            biased;
            () = stop.cancelled() => Err(ExportError::Interrupted),
            job = jobs.recv() => Ok(job),
        };
        result = match job {
            Ok(Some(job)) => log.take(job, taken).await,
            Ok(None) => break,
            Err(interrupted) => Err(interrupted),
        };
        if result.is_err() {
            break;
        }
        tell(place.bytes(), size, taken);
    }
    // The thread ends when nobody takes what it reads.
    drop(jobs);
    let read = reading
        .await
        .map_err(|failed| ReadError::File(failed.into()))?;
    result.and(read.map_err(ExportError::from))
}

/// Reads the file, and hands on its messages in parts of bounded size.
fn read(
    file: File,
    place: &Arc<Place>,
    zone: Option<FixedOffset>,
    jobs: &mpsc::Sender<Job>,
) -> Result<(), ReadError> {
    let mut chat: Option<Arc<ExportedChat>> = None;
    let (mut waiting, mut bytes) = (Vec::new(), 0);
    let flush = |chat: &Option<Arc<ExportedChat>>, waiting: &mut Vec<ExportedMessage>| {
        let Some(chat) = chat.as_ref().filter(|_| !waiting.is_empty()) else {
            return true;
        };
        let messages = std::mem::take(waiting);
        jobs.blocking_send(Job::Messages(Arc::clone(chat), messages))
            .is_ok()
    };
    let result = crate::desktop::read(file, place, zone, |part| match part {
        Part::Account(user) => jobs.blocking_send(Job::Account(user)).is_ok(),
        Part::Skipped(skip) => jobs.blocking_send(Job::Skipped(skip)).is_ok(),
        Part::Chat(next) => {
            let flushed = flush(&chat, &mut waiting);
            let next = Arc::new(next);
            chat = Some(Arc::clone(&next));
            bytes = 0;
            flushed && jobs.blocking_send(Job::Messages(next, Vec::new())).is_ok()
        }
        Part::Message(message) => {
            bytes += message.content.text.len();
            waiting.push(*message);
            if waiting.len() < BATCH.0 && bytes < BATCH.1 {
                return true;
            }
            bytes = 0;
            flush(&chat, &mut waiting)
        }
    });
    // What stands before a broken place is good.
    flush(&chat, &mut waiting);
    result
}

impl ExportTaken {
    fn skip(&mut self, skip: Skip) {
        let note = match skip {
            Skip::Unsupported => {
                self.unreadable += 1;
                return;
            }
            Skip::Unreadable { line, why } => {
                self.unreadable += 1;
                format!("line {line}: {why}")
            }
            Skip::Chat { kind, name } => {
                let name = name.unwrap_or_default();
                format!("the chat {name:?} is left out, since {kind:?} is no kind that is known")
            }
        };
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
    }
}
