//! A file's bytes to Telegram, part by part.
//!
//! Some parts travel at the same time, and no more than these are held.

use crate::error::{Code, Error};
use crate::fetch::Download;
use crate::ops::chat::OpenChat;
use crate::ops::files::pace::Pace;
use crate::ops::files::source::{FileSource, FileStream};
use crate::ops::{Ctx, delivery};
use crate::telegram::{PART_BYTES, SMALL_FILE_BYTES, SMALL_FILE_PARTS, Upload, UploadedFile};
use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt as _, stream};

/// How many parts of a file travel at the same time.
const PARTS_AT_ONCE: usize = 4;

/// How often a part is tried; the link may be replaced meanwhile.
const ATTEMPTS: u32 = 4;

/// How many bytes of an upload are there before it gets its turn, if it has as many.
const FIRST_BYTES: usize = 64 * 1024;

/// A file that Telegram has, and what is known of it.
pub(super) struct Saved {
    pub(super) file: UploadedFile,
    pub(super) mime: String,
    pub(super) bytes: u64,
    /// Whether it begins as a JPEG or PNG file does.
    pub(super) is_picture: bool,
}

/// A file while it arrives, from wherever.
enum Incoming {
    Fetched(Box<Download>),
    Brought(FileStream, Pace),
}

impl Incoming {
    async fn open(ctx: &Ctx, source: FileSource) -> Result<(Self, u64), Error> {
        match source {
            FileSource::Url { url, max_bytes } => {
                let download = ctx.hub.fetcher.open(&url, max_bytes).await?;
                Ok((Self::Fetched(Box::new(download)), max_bytes))
            }
            FileSource::Stream(stream) => {
                let max_bytes = stream.max_bytes;
                if stream.len.is_some_and(|len| len > max_bytes) {
                    return Err(too_large(max_bytes));
                }
                Ok((Self::Brought(stream, Pace::new(&ctx.hub.limits)), max_bytes))
            }
        }
    }

    /// The size in bytes, when it is known beforehand.
    fn len(&self) -> Option<u64> {
        match self {
            Self::Fetched(download) => download.len(),
            Self::Brought(stream, _) => stream.len,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Fetched(download) => download.file_name().to_owned(),
            Self::Brought(stream, _) => stream.name.clone(),
        }
    }

    fn mime(&self) -> Option<&str> {
        match self {
            Self::Fetched(download) => download.mime(),
            Self::Brought(stream, _) => stream.mime.as_deref(),
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match self {
            Self::Fetched(download) => Ok(download.chunk().await?),
            Self::Brought(stream, pace) => match pace.wait(stream.chunks.recv()).await? {
                None => Ok(None),
                Some(Ok(chunk)) => {
                    pace.note(chunk.len());
                    Ok(Some(chunk))
                }
                Some(Err(error)) => {
                    Err(Error::new(Code::DownloadFailed, "the upload broke off").because(error))
                }
            },
        }
    }
}

fn too_large(limit: u64) -> Error {
    Error::new(
        Code::FileTooLarge,
        format!("the file is larger than {limit} bytes"),
    )
}

/// Takes a file in and hands it to Telegram at the same time.
pub(super) async fn save(ctx: &Ctx, chat: &OpenChat, source: FileSource) -> Result<Saved, Error> {
    let fetched = matches!(source, FileSource::Url { .. });
    let mut turn = None;
    if fetched {
        turn = Some(ctx.transfer(chat.handle.id).await?);
    }
    let (incoming, max_bytes) = Incoming::open(ctx, source).await?;
    let (name, mime) = (incoming.name(), incoming.mime().map(str::to_owned));
    let known = incoming.len();
    let mut parts = Parts {
        incoming,
        pending: BytesMut::new(),
        taken: 0,
        max_bytes,
    };
    if !fetched {
        // Whoever sends next to nothing keeps nobody from a turn.
        parts.take_in(FIRST_BYTES).await?;
        turn = Some(ctx.transfer(chat.handle.id).await?);
    }
    // Whether a file is a large one has to be known before its first part is saved.
    let mut first = Vec::new();
    let enough = known.map_or(SMALL_PARTS, |_| 1);
    while first.len() < enough
        && let Some(part) = parts.next().await?
    {
        first.push(part);
    }
    let small = known.map_or(first.len() < SMALL_PARTS, |bytes| bytes <= SMALL_FILE_BYTES);
    let is_picture = first.first().is_some_and(|part| is_picture(part));
    if first.is_empty() {
        return Err(Error::new(Code::FileInvalid, "the file is empty"));
    }
    let upload = Upload {
        file_id: delivery::random_id()?,
        big: !small,
    };
    let total = known.and_then(|bytes| i32::try_from(bytes.div_ceil(PART_BYTES as u64)).ok());
    let (count, bytes) = send_parts(chat, upload, total, first, parts).await?;
    drop(turn);
    Ok(Saved {
        mime: settled_mime(mime, &name),
        file: UploadedFile {
            upload,
            parts: count,
            name,
        },
        bytes,
        is_picture,
    })
}

/// One part more than the largest small file has.
const SMALL_PARTS: usize = SMALL_FILE_PARTS + 1;

/// Sends the first parts and all that follow; answers how many there were, and of how many bytes.
///
/// While some parts are on their way to Telegram the next ones are taken in.
async fn send_parts(
    chat: &OpenChat,
    upload: Upload,
    total: Option<i32>,
    first: Vec<Bytes>,
    rest: Parts,
) -> Result<(i32, u64), Error> {
    let mut first = first.into_iter();
    let cut = Cut {
        next: first.next(),
        first,
        rest,
        number: 0,
        total,
    };
    stream::try_unfold(cut, Cut::part)
        .map_ok(|part| save_part(chat, upload, part))
        .try_buffer_unordered(PARTS_AT_ONCE)
        .try_fold((0, 0), |(count, bytes), saved| async move {
            Ok((count + 1, bytes + saved))
        })
        .await
}

/// One part on its way.
struct Part {
    number: i32,
    /// How many there are; -1 while that is not known, which it is with the last one.
    total: i32,
    bytes: Bytes,
}

/// A file while it is cut into parts.
struct Cut {
    next: Option<Bytes>,
    first: std::vec::IntoIter<Bytes>,
    rest: Parts,
    number: i32,
    total: Option<i32>,
}

impl Cut {
    async fn part(mut self) -> Result<Option<(Part, Self)>, Error> {
        let Some(bytes) = self.next.take() else {
            return Ok(None);
        };
        self.next = match self.first.next() {
            Some(part) => Some(part),
            // After a short part there is none.
            None if bytes.len() < PART_BYTES => None,
            None => self.rest.next().await?,
        };
        let count = self.number + 1;
        let part = Part {
            number: self.number,
            total: match (&self.next, self.total) {
                (None, _) => count,
                (Some(_), total) => total.unwrap_or(-1),
            },
            bytes,
        };
        self.number = count;
        Ok(Some((part, self)))
    }
}

async fn save_part(chat: &OpenChat, upload: Upload, part: Part) -> Result<u64, Error> {
    let (number, total) = (part.number, part.total);
    let mut attempt = 1;
    loop {
        let saved = match chat.link().await {
            Ok(link) => {
                let saved = link
                    .save_part(upload, number, total, part.bytes.to_vec())
                    .await;
                saved.map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        match saved {
            Err(error) if error.code == Code::TelegramUnreachable && attempt < ATTEMPTS => {
                attempt += 1;
            }
            saved => return saved.map(|()| part.bytes.len() as u64),
        }
    }
}

/// A file cut into parts of [`PART_BYTES`], the last one shorter.
struct Parts {
    incoming: Incoming,
    pending: BytesMut,
    taken: u64,
    max_bytes: u64,
}

impl Parts {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        self.take_in(PART_BYTES).await?;
        let length = self.pending.len().min(PART_BYTES);
        Ok((length > 0).then(|| self.pending.split_to(length).freeze()))
    }

    /// Takes bytes in until so many are there, or all.
    async fn take_in(&mut self, bytes: usize) -> Result<(), Error> {
        while self.pending.len() < bytes
            && let Some(chunk) = self.incoming.chunk().await?
        {
            self.taken += chunk.len() as u64;
            if self.taken > self.max_bytes {
                return Err(too_large(self.max_bytes));
            }
            self.pending.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

fn is_picture(start: &[u8]) -> bool {
    start.starts_with(&[0xff, 0xd8, 0xff]) || start.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// What the source says, unless that is nothing; then what the name says.
fn settled_mime(told: Option<String>, name: &str) -> String {
    told.filter(|mime| mime != "application/octet-stream")
        .unwrap_or_else(|| {
            let guess = mime_guess::from_path(name).first_or_octet_stream();
            guess.essence_str().to_owned()
        })
}
