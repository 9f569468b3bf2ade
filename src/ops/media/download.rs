//! Keeping the bytes of one file: from Telegram's data centre to the store of objects.

use crate::error::{Code, Error};
use crate::hub::KeepError;
use crate::metrics::MEDIA_DOWNLOADS;
use crate::model::{Media, UtcTime};
use crate::objects::{self, Arrived, Incoming};
use crate::ops::Ctx;
use crate::ops::chat::OpenChat;
use crate::ops::files::{self, ByteRange};
use crate::store::{self, media};
use std::time::Duration;

/// How often a file is tried; waits that Telegram asks for do not count.
const ATTEMPTS: u32 = 3;

/// The pause after the first failed attempt; after the next it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How long one file may wait altogether when Telegram asks for it.
const FLOOD_PATIENCE: Duration = Duration::from_mins(10);

/// What became of a file that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Kept,
    Failed,
    /// Nothing is said of the file: the hub itself cannot keep any at present.
    Away,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Failed => "failed",
            Self::Away => "away",
        }
    }
}

/// Why an attempt has failed.
enum Trouble {
    /// Telegram asks for a wait.
    Flood(Duration),
    /// Another attempt may do.
    Passing(Error),
    /// No further attempt will do.
    Lasting(Error),
    /// The store of objects or the database cannot be used.
    Away(KeepError),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.code {
            Code::FloodWait => Self::Flood(error.retry_after.unwrap_or(FIRST_PAUSE)),
            Code::MessageNotFound
            | Code::MediaNotFound
            | Code::ChatNotFound
            | Code::SessionNotFound
            | Code::SessionNotAuthorized => Self::Lasting(error),
            _ => Self::Passing(error),
        }
    }
}

impl From<KeepError> for Trouble {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::NoRoom(_) | KeepError::Replaced => {
                Self::Lasting(Error::new(Code::FileNotKept, error.to_string()))
            }
            KeepError::Objects(_) | KeepError::Store(_) => Self::Away(error),
        }
    }
}

impl From<objects::Error> for Trouble {
    fn from(error: objects::Error) -> Self {
        Self::Away(error.into())
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Away(error.into())
    }
}

/// Keeps the bytes of a file of a chat. Of several who want the same file of an account, one
/// downloads it.
pub(super) async fn keep(ctx: &Ctx, chat: &OpenChat, file: Media) -> Outcome {
    let keeper = &ctx.hub.media;
    let key = (file.session_id, file.file.class, file.file.file_id);
    let _one_at_a_time = keeper.downloads.turn(key).await;
    let outcome = match keeper.share(&file).await {
        Ok(true) => Outcome::Kept,
        Ok(false) => Box::pin(download(ctx, chat, &file)).await,
        Err(error) => {
            log::debug!("a file is not kept: {error}");
            Outcome::Away
        }
    };
    metrics::counter!(MEDIA_DOWNLOADS, "outcome" => outcome.name()).increment(1);
    outcome
}

async fn download(ctx: &Ctx, chat: &OpenChat, file: &Media) -> Outcome {
    let (mut failures, mut waited, mut incoming) = (0, Duration::ZERO, None);
    loop {
        let trouble = match attempt(ctx, chat, file, &mut incoming).await {
            Ok(()) => return Outcome::Kept,
            Err(trouble) => trouble,
        };
        let error = match trouble {
            Trouble::Flood(wait) if waited + wait <= FLOOD_PATIENCE => {
                waited += wait;
                tokio::time::sleep(wait).await;
                continue;
            }
            Trouble::Flood(_) => Error::new(Code::FloodWait, "Telegram asks for a long wait"),
            Trouble::Passing(error) if failures + 1 < ATTEMPTS => {
                tokio::time::sleep(FIRST_PAUSE * (1 << failures)).await;
                failures += 1;
                log::debug!("a file is tried again: {error}");
                continue;
            }
            Trouble::Passing(error) | Trouble::Lasting(error) => error,
            Trouble::Away(error) => {
                log::debug!("a file is not kept: {error}");
                return Outcome::Away;
            }
        };
        return failed(ctx, file, failures + 1, &error).await;
    }
}

async fn failed(ctx: &Ctx, file: &Media, attempts: u32, error: &Error) -> Outcome {
    log::info!(
        "file {} of message {} in chat {} is not kept: {error}",
        file.uuid,
        file.message_id,
        file.chat_id
    );
    let (attempts, now, file) = (file.attempts + attempts, UtcTime::now(), file.clone());
    let note = move |conn: &mut _| media::failed(conn, &file, attempts, now);
    match ctx.hub.store.write(note).await {
        Ok(()) => Outcome::Failed,
        Err(error) => {
            log::debug!("the failure of a file is not noted: {error}");
            Outcome::Away
        }
    }
}

/// One attempt, which goes on where the one before has ended.
async fn attempt(
    ctx: &Ctx,
    chat: &OpenChat,
    file: &Media,
    incoming: &mut Option<Incoming>,
) -> Result<(), Trouble> {
    let keeper = &ctx.hub.media;
    let mut writing = match incoming.take() {
        Some(writing) => writing,
        None => keeper.objects.begin()?,
    };
    let received = receive(ctx, chat, file, &mut writing).await;
    if let Err(trouble) = received {
        // What Telegram gives is the same each time; what could not be written is lost.
        *incoming = (!matches!(trouble, Trouble::Away(_))).then_some(writing);
        return Err(trouble);
    }
    let arrived: Arrived = writing.finish().await?;
    Ok(keeper.keep(file, arrived).await?)
}

async fn receive(
    ctx: &Ctx,
    chat: &OpenChat,
    file: &Media,
    writing: &mut Incoming,
) -> Result<(), Trouble> {
    let rest = (!writing.is_empty()).then(|| ByteRange::From(writing.len(), None));
    let mut download = files::start(ctx, chat.clone(), file.message_id, rest).await?;
    if download.file.file_id != file.file.file_id {
        return Err(KeepError::Replaced.into());
    }
    while let Some(chunk) = download.chunks.recv().await {
        writing.write(&chunk?).await?;
    }
    if writing.len() == download.file.size {
        return Ok(());
    }
    let why = "the download broke off";
    Err(Trouble::Passing(Error::new(Code::TelegramUnreachable, why)))
}
