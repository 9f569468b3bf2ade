//! A file's bytes to Telegram, part by part.
//!
//! Some parts travel at the same time, and no more than these are held.

use crate::error::{Code, Error};
use crate::fetch::Download;
use crate::ops::chat::OpenChat;
use crate::ops::files::source::{FileSource, FileStream};
use crate::ops::{Ctx, delivery};
use crate::telegram::{PART_BYTES, SMALL_FILE_BYTES, Upload, UploadedFile};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

/// How many parts of a file travel at the same time.
const PARTS_AT_ONCE: usize = 4;

/// How often a part is tried; the link may be replaced meanwhile.
const ATTEMPTS: u32 = 4;

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
    Brought(FileStream),
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
                Ok((Self::Brought(stream), max_bytes))
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Fetched(download) => download.file_name().to_owned(),
            Self::Brought(stream) => stream.name.clone(),
        }
    }

    fn mime(&self) -> Option<&str> {
        match self {
            Self::Fetched(download) => download.mime(),
            Self::Brought(stream) => stream.mime.as_deref(),
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match self {
            Self::Fetched(download) => Ok(download.chunk().await?),
            Self::Brought(stream) => match stream.chunks.recv().await {
                None => Ok(None),
                Some(chunk) => chunk.map(Some).map_err(|error| {
                    Error::new(Code::DownloadFailed, "the upload broke off").because(error)
                }),
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
    let _turn = ctx.hub.transfer().await?;
    let (incoming, max_bytes) = Incoming::open(ctx, source).await?;
    let (name, mime) = (incoming.name(), incoming.mime().map(str::to_owned));
    let mut parts = Parts {
        incoming,
        pending: BytesMut::new(),
        taken: 0,
        max_bytes,
    };
    // Whether a file is a large one has to be known before its first part is saved.
    let mut first = Vec::new();
    while first.len() < SMALL_PARTS
        && let Some(part) = parts.next().await?
    {
        first.push(part);
    }
    let small = first.len() < SMALL_PARTS;
    let is_picture = first.first().is_some_and(|part| is_picture(part));
    if first.is_empty() {
        return Err(Error::new(Code::FileInvalid, "the file is empty"));
    }
    let upload = Upload {
        file_id: delivery::random_id()?,
        big: !small,
    };
    let count = send_parts(chat, upload, first, &mut parts).await?;
    Ok(Saved {
        mime: settled_mime(mime, &name),
        file: UploadedFile {
            upload,
            parts: count,
            name,
        },
        bytes: parts.taken,
        is_picture,
    })
}

/// One part more than the largest small file has.
const SMALL_PARTS: usize = SMALL_FILE_BYTES.div_ceil(PART_BYTES as u64) as usize + 1;

/// Sends the first parts and all that follow; answers how many there were.
async fn send_parts(
    chat: &OpenChat,
    upload: Upload,
    first: Vec<Bytes>,
    rest: &mut Parts,
) -> Result<i32, Error> {
    let mut under_way = FuturesUnordered::new();
    let mut first = first.into_iter();
    let mut next = first.next();
    let mut number = 0;
    while let Some(part) = next {
        next = match first.next() {
            Some(part) => Some(part),
            // After a short part there is none.
            None if part.len() < PART_BYTES => None,
            None => rest.next().await?,
        };
        // Only the last part has to say how many there are.
        let total = if next.is_none() { number + 1 } else { -1 };
        if under_way.len() >= PARTS_AT_ONCE {
            under_way.next().await.transpose()?;
        }
        under_way.push(save_part(chat, upload, number, total, part));
        number += 1;
    }
    while let Some(saved) = under_way.next().await {
        saved?;
    }
    Ok(number)
}

async fn save_part(
    chat: &OpenChat,
    upload: Upload,
    number: i32,
    total: i32,
    part: Bytes,
) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        let saved = match chat.link().await {
            Ok(link) => {
                let saved = link.save_part(upload, number, total, part.to_vec()).await;
                saved.map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        match saved {
            Err(error) if error.code == Code::TelegramUnreachable && attempt < ATTEMPTS => {
                attempt += 1;
            }
            saved => return saved,
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
        while self.pending.len() < PART_BYTES
            && let Some(chunk) = self.incoming.chunk().await?
        {
            self.taken += chunk.len() as u64;
            if self.taken > self.max_bytes {
                return Err(too_large(self.max_bytes));
            }
            self.pending.extend_from_slice(&chunk);
        }
        let length = self.pending.len().min(PART_BYTES);
        Ok((length > 0).then(|| self.pending.split_to(length).freeze()))
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
