//! Downloading the file of a message, from any place in it.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{MessageFile, MessageId, SessionName};
use crate::ops::chat::{self, OpenChat};
use crate::ops::history::message_not_found;
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::telegram::{CallOptions, FileLocation, MediaFile, PART_BYTES};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use std::ops::Range;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

/// How many parts of a file are asked for at the same time.
const PARTS_AT_ONCE: usize = 4;

/// How often a part is asked for; the link may be replaced meanwhile.
const ATTEMPTS: u32 = 4;

/// Until when the calls for one part are repeated that fail in passing.
const PART_LIMIT: Duration = Duration::from_mins(1);

/// Which bytes of a file, both ends included, as in RFC 9110, section 14.1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From this byte to that one, or to the end.
    From(u64, Option<u64>),
    /// The last so many.
    Last(u64),
}

/// Downloads the file of a message: its document, or the largest size of its photo.
///
/// Source: <https://core.telegram.org/api/files#downloading-files>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `media_not_found`,
/// `range_not_satisfiable`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct DownloadMedia {
    /// The account that downloads.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// The message's number there.
    pub message_id: MessageId,
    /// Which bytes; all by default.
    pub range: Option<ByteRange>,
}

/// A file on its way.
#[derive(Debug)]
pub struct Download {
    /// What Telegram says of it.
    pub file: MessageFile,
    /// The first of the bytes that come.
    pub start: u64,
    /// How many bytes come.
    pub length: u64,
    /// The bytes in order; an error ends the file unfinished.
    pub chunks: mpsc::Receiver<Result<Bytes, Error>>,
}

impl Operation for DownloadMedia {
    const NAME: &'static str = "files.download";
    const SCOPE: Scope = Scope::Read;
    type Output = Download;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        chat.refuse_old(ctx, "message_id", &[self.message_id])
            .await?;
        start(ctx, chat, self.message_id, self.range).await
    }
}

/// Begins to download the file of a message of a chat.
pub(in crate::ops) async fn start(
    ctx: &Ctx,
    chat: OpenChat,
    message_id: MessageId,
    range: Option<ByteRange>,
) -> Result<Download, Error> {
    let MediaFile { location, about } = current(&chat, &ctx.options, message_id).await?;
    let range = range.map_or(Ok(0..about.size), |range| range.within(about.size));
    let Range { start, end } = range?;
    let turn = ctx.transfer(chat.handle.id).await?;
    let (sender, chunks) = mpsc::channel(1);
    let reader = Reader {
        chat,
        message_id,
        location: Mutex::new(location),
        patience: ctx.hub.limits.stall_timeout,
    };
    ctx.hub.spawn(async move {
        reader.send(start, end, sender).await;
        drop(turn);
    });
    Ok(Download {
        file: about,
        start,
        length: end - start,
        chunks,
    })
}

async fn current(
    chat: &OpenChat,
    options: &CallOptions,
    id: MessageId,
) -> Result<MediaFile, Error> {
    let link = accounts::link(&chat.handle, options).await?;
    let message = link.media_file(&chat.peer, id).await?;
    let file = message.ok_or_else(|| message_not_found(id))?;
    file.ok_or_else(|| Error::new(Code::MediaNotFound, "the message has no file"))
}

impl ByteRange {
    /// The bytes that it names of a file of this size.
    ///
    /// # Errors
    /// `range_not_satisfiable` when there are none.
    pub fn within(self, size: u64) -> Result<Range<u64>, Error> {
        let (start, end) = match self {
            Self::From(first, last) => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                (first, end)
            }
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        if start >= end {
            let why = format!("the file has {size} bytes");
            return Err(Error::new(Code::RangeNotSatisfiable, why));
        }
        Ok(start..end)
    }
}

struct Reader {
    chat: OpenChat,
    message_id: MessageId,
    location: Mutex<FileLocation>,
    /// How long whoever reads may take nothing before the download ends.
    patience: Duration,
}

impl Reader {
    async fn send(self, start: u64, end: u64, sender: mpsc::Sender<Result<Bytes, Error>>) {
        let part = PART_BYTES as u64;
        let offsets = (start / part..end.div_ceil(part)).map(|number| number * part);
        let mut parts = stream::iter(offsets)
            .map(|offset| self.part(offset, start, end))
            .buffered(PARTS_AT_ONCE);
        while let Some(part) = parts.next().await {
            let ends = part.is_err();
            let sent = sender.send_timeout(part, self.patience).await;
            if ends || sent.is_err() {
                break;
            }
        }
    }

    /// The bytes of one part that are asked for.
    async fn part(&self, offset: u64, start: u64, end: u64) -> Result<Bytes, Error> {
        // The operation that began the download is over, and its patience with it.
        let until = Instant::now() + PART_LIMIT;
        let options = CallOptions::patient(Duration::ZERO, until);
        let bytes = self.whole_part(offset, &options).await?;
        let first = start.saturating_sub(offset);
        let last = (end - offset).min(PART_BYTES as u64);
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        if bytes.len() < place(last) {
            let why = "Telegram has less of the file than it says";
            return Err(Error::new(Code::TelegramError, why));
        }
        Ok(bytes.slice(place(first)..place(last)))
    }

    async fn whole_part(&self, offset: u64, options: &CallOptions) -> Result<Bytes, Error> {
        let mut attempt = 1;
        loop {
            let location = self.location.lock().await.clone();
            let error = match accounts::link(&self.chat.handle, options).await {
                Ok(link) => match link.read_file(&location, offset).await {
                    Ok(bytes) => return Ok(bytes.into()),
                    Err(error) => Error::from(error),
                },
                Err(error) => error,
            };
            if attempt >= ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            if is_out_of_date(&error) {
                // Every part finds it out for itself; a location that is newer than needed does
                // no harm.
                *self.location.lock().await = current(&self.chat, options, self.message_id)
                    .await?
                    .location;
            } else if error.code != Code::TelegramUnreachable {
                return Err(error);
            }
        }
    }
}

/// Source: <https://core.telegram.org/api/file_reference>.
fn is_out_of_date(error: &Error) -> bool {
    let name = error.refusal.as_ref().map(|refusal| refusal.name.as_str());
    name.is_some_and(|name| name.starts_with("FILE_REFERENCE_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_the_file_or_refused() {
        let of = |range: ByteRange| range.within(10).map_err(|error| error.code);
        assert_eq!(of(ByteRange::From(2, Some(3))), Ok(2..4));
        assert_eq!(of(ByteRange::From(2, Some(99))), Ok(2..10));
        assert_eq!(of(ByteRange::From(9, None)), Ok(9..10));
        assert_eq!(of(ByteRange::Last(4)), Ok(6..10));
        assert_eq!(of(ByteRange::Last(40)), Ok(0..10));
        let refused = Err(Code::RangeNotSatisfiable);
        assert_eq!(of(ByteRange::From(10, None)), refused);
        assert_eq!(of(ByteRange::From(3, Some(2))), refused);
        assert_eq!(of(ByteRange::Last(0)), refused);
    }
}
