//! Sending files, alone and as albums.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{LiveMessage, MessageId, SessionName, UtcTime};
use crate::ops::chat::{self, OpenChat};
use crate::ops::files::source::FileSource;
use crate::ops::files::upload::{self, Saved};
use crate::ops::messages::ParseMode;
use crate::ops::{Ctx, Operation, Subject, delivery, lengths};
use crate::telegram::{
    Formatted, Media, MediaKind, MessageOf, OutgoingAlbum, OutgoingMedia, SMALL_FILE_BYTES,
};
use std::time::Duration;

/// A gibibyte over a slow line takes as long.
const TIME_LIMIT: Duration = Duration::from_hours(2);

/// Sends a file.
///
/// JPEG and PNG files up to 10 MiB become photos, unless `force_document` is set.
/// Source: <https://core.telegram.org/method/messages.sendMedia>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `message_invalid`,
/// `write_forbidden`, `url_refused`, `download_failed`, `file_too_large`, `file_invalid`,
/// `rate_limited`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Debug)]
pub struct SendFile {
    /// The account that sends.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// Where the file comes from.
    pub source: FileSource,
    /// The text below it, up to 1024 characters, 4096 with Premium.
    pub caption: String,
    /// How the caption is read.
    pub parse_mode: ParseMode,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Whether the receivers get no sound.
    pub silent: bool,
    /// Whether a picture, video or audio is sent as a mere file.
    pub force_document: bool,
    /// When Telegram is to send it; `None` is at once.
    pub schedule_at: Option<UtcTime>,
}

impl Operation for SendFile {
    const NAME: &'static str = "files.send";
    const SCOPE: Scope = Scope::Send;
    const TIME_LIMIT: Duration = TIME_LIMIT;
    type Output = LiveMessage;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let caption = delivery::formatted(ctx, &chat, self.parse_mode, &self.caption).await?;
        let caption = lengths::caption(&chat.link, caption).await?;
        let reply_to = delivery::require_reply(ctx, &chat, self.reply_to).await?;
        let saved = upload::save(ctx, &chat, self.source).await?;
        let message = OutgoingMedia {
            media: media(saved, self.force_document),
            caption,
            reply_to,
            silent: self.silent,
            schedule_at: self.schedule_at,
            random_id: delivery::random_id()?,
        };
        ctx.pace(chat.handle.id, chat.peer.peer_id).await?;
        let link = chat.link().await?;
        Ok(link.send_media(&chat.peer, message).await?)
    }
}

/// Sends 2 to 10 files as one album.
///
/// Source: <https://core.telegram.org/method/messages.sendMultiMedia>.
///
/// # Errors
/// Those of [`SendFile`].
#[derive(Debug)]
pub struct SendAlbum {
    /// The account that sends.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// The files in their order.
    pub sources: Vec<FileSource>,
    /// The text below it, up to 1024 characters, 4096 with Premium.
    pub caption: String,
    /// How the caption is read.
    pub parse_mode: ParseMode,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Whether the receivers get no sound.
    pub silent: bool,
    /// Whether pictures and videos are sent as mere files.
    pub force_document: bool,
}

impl Operation for SendAlbum {
    const NAME: &'static str = "files.send_album";
    const SCOPE: Scope = Scope::Send;
    const TIME_LIMIT: Duration = TIME_LIMIT;
    /// In the order of the files.
    type Output = Vec<LiveMessage>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let caption = delivery::formatted(ctx, &chat, self.parse_mode, &self.caption).await?;
        let caption = lengths::caption(&chat.link, caption).await?;
        let reply_to = delivery::require_reply(ctx, &chat, self.reply_to).await?;
        let mut files = Vec::with_capacity(self.sources.len());
        for source in self.sources {
            let saved = upload::save(ctx, &chat, source).await?;
            let link = chat.link().await?;
            let stored = link.store_media(&chat.peer, media(saved, self.force_document));
            files.push((stored.await?, delivery::random_id()?));
        }
        send_album(ctx, &chat, files, caption, reply_to, self.silent).await
    }
}

async fn send_album(
    ctx: &Ctx,
    chat: &OpenChat,
    files: Vec<(Media, i64)>,
    caption: Formatted,
    reply_to: Option<MessageOf>,
    silent: bool,
) -> Result<Vec<LiveMessage>, Error> {
    let album = OutgoingAlbum {
        files,
        caption,
        reply_to,
        silent,
    };
    ctx.pace(chat.handle.id, chat.peer.peer_id).await?;
    let link = chat.link().await?;
    Ok(link.send_album(&chat.peer, album).await?)
}

/// What Telegram is to make of a file.
fn media(saved: Saved, force_document: bool) -> Media {
    let picture = saved.is_picture && saved.bytes <= SMALL_FILE_BYTES;
    let kind = if picture && !force_document {
        MediaKind::Photo
    } else {
        MediaKind::Document {
            mime: saved.mime,
            plain: force_document,
        }
    };
    Media::uploaded(saved.file, kind)
}
