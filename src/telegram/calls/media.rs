//! Sending files that are saved already. Sources:
//! <https://core.telegram.org/method/messages.sendMedia>,
//! <https://core.telegram.org/method/messages.sendMultiMedia>.

use crate::model::{LiveMessage, Peer, UtcTime};
use crate::telegram::calls::files::UploadedFile;
use crate::telegram::calls::messages::{reply_header, seconds, without_message};
use crate::telegram::calls::numbers::MessageOf;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use crate::telegram::text::Formatted;
use grammers_client::tl;

/// How receivers see a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture, which Telegram scales down.
    Photo,
    /// A file of this MIME type; players are offered for videos and audios unless `plain`.
    Document {
        /// Its MIME type.
        mime: String,
        /// Shown as a mere file.
        plain: bool,
    },
}

/// A file ready to be sent.
#[derive(Clone, Debug)]
pub struct Media(tl::enums::InputMedia);

impl Media {
    /// A file that was just saved.
    pub fn uploaded(file: UploadedFile, kind: MediaKind) -> Self {
        let name = file.name.clone();
        Self(match kind {
            MediaKind::Photo => tl::types::InputMediaUploadedPhoto {
                spoiler: false,
                live_photo: false,
                file: file.into(),
                stickers: None,
                ttl_seconds: None,
                video: None,
            }
            .into(),
            MediaKind::Document { mime, plain } => tl::types::InputMediaUploadedDocument {
                nosound_video: false,
                force_file: plain,
                spoiler: false,
                attributes: attributes(name, &mime, plain),
                file: file.into(),
                thumb: None,
                mime_type: mime,
                stickers: None,
                video_cover: None,
                video_timestamp: None,
                ttl_seconds: None,
            }
            .into(),
        })
    }
}

/// A file on its way out.
#[derive(Clone, Debug)]
pub struct OutgoingMedia {
    /// The file.
    pub media: Media,
    /// The text below it.
    pub caption: Formatted,
    /// The message it answers, in the same chat.
    pub reply_to: Option<MessageOf>,
    /// No sound at the receiver's.
    pub silent: bool,
    /// When Telegram is to send it; `None` is at once.
    pub schedule_at: Option<UtcTime>,
    /// By which Telegram knows a second try of the same send.
    pub random_id: i64,
}

/// Files on their way out as one album.
#[derive(Clone, Debug)]
pub struct OutgoingAlbum {
    /// The files, 2 to 10, each with a `random_id`.
    pub files: Vec<(Media, i64)>,
    /// The text below it.
    pub caption: Formatted,
    /// The message it answers, in the same chat.
    pub reply_to: Option<MessageOf>,
    /// No sound at the receiver's.
    pub silent: bool,
}

impl Link {
    /// `messages.sendMedia`.
    pub async fn send_media(
        &self,
        peer: &Peer,
        message: OutgoingMedia,
    ) -> Result<LiveMessage, Error> {
        let random_id = message.random_id;
        let request = tl::functions::messages::SendMedia {
            silent: message.silent,
            background: false,
            clear_draft: false,
            noforwards: false,
            update_stickersets_order: false,
            invert_media: false,
            allow_paid_floodskip: false,
            peer: convert::input_peer(peer),
            reply_to: message.reply_to.as_ref().map(reply_header),
            media: message.media.0,
            message: message.caption.text,
            random_id,
            reply_markup: None,
            entities: Some(message.caption.entities).filter(|entities| !entities.is_empty()),
            schedule_date: message.schedule_at.map(seconds),
            schedule_repeat_period: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            allow_paid_stars: None,
            suggested_post: None,
        };
        let answer = self.carried_out(&request).await?;
        let (own, chat) = (self.own(), peer.peer_id);
        let sent = self.sent(&answer, &[random_id]).pop().unwrap_or_default();
        Ok(sent.or_accepted(own, chat, request.message, request.entities))
    }

    /// `messages.uploadMedia`: makes a saved file one that albums take.
    pub async fn store_media(&self, peer: &Peer, media: Media) -> Result<Media, Error> {
        let request = tl::functions::messages::UploadMedia {
            business_connection_id: None,
            peer: convert::input_peer(peer),
            media: media.0,
        };
        let stored = match self.invoke(&request).await? {
            tl::enums::MessageMedia::Photo(media) => media.photo.and_then(stored_photo),
            tl::enums::MessageMedia::Document(media) => media.document.and_then(stored_document),
            _ => None,
        };
        stored
            .map(Media)
            .ok_or_else(|| without_message("messages.uploadMedia"))
    }

    /// `messages.sendMultiMedia`; the caption is the first file's.
    pub async fn send_album(
        &self,
        peer: &Peer,
        album: OutgoingAlbum,
    ) -> Result<Vec<LiveMessage>, Error> {
        let random_ids: Vec<i64> = album
            .files
            .iter()
            .map(|(_, random_id)| *random_id)
            .collect();
        let mut caption = Some(album.caption);
        let files = album.files.into_iter().map(|(media, random_id)| {
            let text = caption.take().unwrap_or_default();
            tl::types::InputSingleMedia {
                media: media.0,
                random_id,
                message: text.text,
                entities: Some(text.entities).filter(|entities| !entities.is_empty()),
            }
            .into()
        });
        let request = tl::functions::messages::SendMultiMedia {
            silent: album.silent,
            background: false,
            clear_draft: false,
            noforwards: false,
            update_stickersets_order: false,
            invert_media: false,
            allow_paid_floodskip: false,
            peer: convert::input_peer(peer),
            reply_to: album.reply_to.as_ref().map(reply_header),
            multi_media: files.collect(),
            schedule_date: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            allow_paid_stars: None,
        };
        let answer = self.carried_out(&request).await?;
        let texts = request.multi_media.into_iter().map(|file| {
            let tl::enums::InputSingleMedia::Media(file) = file;
            (file.message, file.entities)
        });
        let (own, chat) = (self.own(), peer.peer_id);
        let sent = self.sent(&answer, &random_ids).into_iter().zip(texts);
        Ok(sent
            .map(|(sent, (text, entities))| sent.or_accepted(own, chat, text, entities))
            .collect())
    }
}

/// Telegram finds out sizes and durations itself where it can.
fn attributes(name: String, mime: &str, plain: bool) -> Vec<tl::enums::DocumentAttribute> {
    let mut attributes = vec![tl::types::DocumentAttributeFilename { file_name: name }.into()];
    if plain {
        return attributes;
    }
    match mime.split('/').next() {
        Some("video") => attributes.push(
            tl::types::DocumentAttributeVideo {
                round_message: false,
                supports_streaming: true,
                nosound: false,
                duration: 0.0,
                w: 1,
                h: 1,
                preload_prefix_size: None,
                video_start_ts: None,
                video_codec: None,
            }
            .into(),
        ),
        Some("audio") => attributes.push(
            tl::types::DocumentAttributeAudio {
                voice: false,
                duration: 0,
                title: None,
                performer: None,
                waveform: None,
            }
            .into(),
        ),
        _ => {}
    }
    attributes
}

fn stored_photo(photo: tl::enums::Photo) -> Option<tl::enums::InputMedia> {
    let tl::enums::Photo::Photo(photo) = photo else {
        return None;
    };
    let id = tl::types::InputPhoto {
        id: photo.id,
        access_hash: photo.access_hash,
        file_reference: photo.file_reference,
    };
    Some(
        tl::types::InputMediaPhoto {
            spoiler: false,
            live_photo: false,
            id: id.into(),
            ttl_seconds: None,
            video: None,
        }
        .into(),
    )
}

fn stored_document(document: tl::enums::Document) -> Option<tl::enums::InputMedia> {
    let tl::enums::Document::Document(document) = document else {
        return None;
    };
    let id = tl::types::InputDocument {
        id: document.id,
        access_hash: document.access_hash,
        file_reference: document.file_reference,
    };
    Some(
        tl::types::InputMediaDocument {
            spoiler: false,
            id: id.into(),
            video_cover: None,
            video_timestamp: None,
            ttl_seconds: None,
            query: None,
        }
        .into(),
    )
}
