//! What scripts let messages show: files of every kind, polls, places, contacts, pages.
//!
//! Owns the attributes that Telegram's clients give each kind of file. The bytes are made up, see
//! `samples`.

use grammers_tl_types::{enums, types};
use serde::Deserialize;

use super::{Dc, SentIds, find, find_peer, samples};
use crate::image;
use crate::storage::Blob;
use crate::world::World;
use crate::world::files::{Dimensions, FileKind};
use crate::world::ids::UserId;
use crate::world::media::Media;
use crate::world::moves::HOME_DC;
use crate::world::place;
use crate::world::poll::Poll;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// Bytes of a file, at most.
const MAX_SIZE: usize = 64 << 20;
/// Bytes of a thumbnail.
const THUMB_SIZE: usize = 2000;

/// The kinds of what a message shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A JPEG.
    Photo,
    /// A video with sound and a thumbnail.
    Video,
    /// A round video.
    RoundVideo,
    /// A video without sound that plays for itself.
    Gif,
    /// Something spoken.
    Voice,
    /// Music with a title and a performer.
    Music,
    /// A sticker of no set.
    Sticker,
    /// Any other file.
    #[default]
    File,
    /// The preview of the page at `url`.
    WebPage,
    /// A poll.
    Poll,
    /// A point on the map.
    Geo,
    /// A place with a `title` and an `address`.
    Venue,
    /// Somebody's number and name.
    Contact,
}

/// What a message shows. What a kind has no use for is passed over; what is left out is as a phone
/// would send it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewMedia {
    /// What it is.
    pub kind: MediaKind,
    /// What a file is called.
    pub name: Option<String>,
    /// Such as `text/plain`.
    pub mime: Option<String>,
    /// Bytes of a file, made up: byte `n` is `n` modulo 251 behind the head of its format.
    pub size: Option<usize>,
    /// Pixels from left to right.
    pub width: Option<i32>,
    /// Pixels from top to bottom.
    pub height: Option<i32>,
    /// Seconds.
    pub duration: Option<i32>,
    /// True for a photo or file that is covered until somebody taps on it.
    pub spoiler: bool,
    /// What a sticker stands for.
    pub emoji: Option<String>,
    /// Of music and venues.
    pub title: Option<String>,
    /// Of music.
    pub performer: Option<String>,
    /// Of a venue.
    pub address: Option<String>,
    /// Of a page.
    pub url: Option<String>,
    /// Of a poll.
    pub question: Option<String>,
    /// Of a poll.
    pub answers: Vec<String>,
    /// The right one of a poll that is a quiz, from 0.
    pub correct: Option<i32>,
    /// Degrees to the north.
    pub latitude: f64,
    /// Degrees to the east.
    pub longitude: f64,
    /// Of a contact.
    pub phone: Option<String>,
    /// Of a contact.
    pub first_name: Option<String>,
    /// Of a contact.
    pub last_name: Option<String>,
}

/// What a message can show as often as it is wanted.
pub(super) enum Prepared {
    /// A file; each message gets one of its own, all with the same bytes.
    File {
        kind: FileKind,
        blob: Blob,
        format: Option<image::Format>,
        spoiler: bool,
    },
    Poll(Box<types::InputMediaPoll>),
    Contact(Box<NewMedia>),
    Told(Media),
}

impl Prepared {
    /// What one message of `owner` shows.
    pub(super) fn media(&self, world: &mut World, owner: UserId) -> Result<Media, Refusal> {
        Ok(match self {
            Self::File {
                kind,
                blob,
                format,
                spoiler,
            } => {
                let dc = world.moved_to(owner).unwrap_or(HOME_DC);
                let file = world.keep_file(kind.clone(), blob.clone(), *format, dc);
                let spoiler = *spoiler;
                Media::File { file, spoiler }
            }
            Self::Poll(poll) => {
                let poll = Poll::new(owner, (**poll).clone(), world.now())?;
                Media::Poll(world.keep_poll(poll))
            }
            Self::Contact(card) => {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let names = (text(&card.first_name), text(&card.last_name));
                world.contact_card(&text(&card.phone), names, String::new())
            }
            Self::Told(media) => media.clone(),
        })
    }
}

impl NewMedia {
    /// One of a kind, as a phone would send it.
    pub fn of(kind: MediaKind) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    /// Makes the bytes, outside of the world's lock.
    pub(super) fn prepare(&self) -> Result<Prepared, Refusal> {
        match self.kind {
            MediaKind::WebPage => {
                let url = self.url.clone().ok_or_else(|| missing("url"))?;
                Ok(Prepared::Told(Media::WebPage(url)))
            }
            MediaKind::Poll => self.poll(),
            MediaKind::Geo => self.point().map(place::geo).map(Prepared::Told),
            MediaKind::Venue => {
                let venue = types::MessageMediaVenue {
                    geo: self.point()?.into(),
                    title: self.title.clone().unwrap_or_default(),
                    address: self.address.clone().unwrap_or_default(),
                    provider: String::new(),
                    venue_id: String::new(),
                    venue_type: String::new(),
                };
                Ok(Prepared::Told(Media::Told(Box::new(venue.into()))))
            }
            MediaKind::Contact if self.phone.is_none() => Err(missing("phone")),
            MediaKind::Contact => Ok(Prepared::Contact(Box::new(self.clone()))),
            _ => self.file(),
        }
    }

    fn point(&self) -> Result<types::GeoPoint, Refusal> {
        place::point(self.latitude, self.longitude, None)
    }

    fn poll(&self) -> Result<Prepared, Refusal> {
        let question = self.question.as_ref().ok_or_else(|| missing("question"))?;
        let answer = |answer: &String| -> enums::PollAnswer {
            types::InputPollAnswer {
                text: plain(answer),
                media: None,
            }
            .into()
        };
        let poll = types::Poll {
            id: 0,
            closed: false,
            public_voters: false,
            multiple_choice: false,
            quiz: self.correct.is_some(),
            open_answers: false,
            revoting_disabled: false,
            shuffle_answers: false,
            hide_results_until_close: false,
            creator: false,
            subscribers_only: false,
            question: plain(question),
            answers: self.answers.iter().map(answer).collect(),
            close_period: None,
            close_date: None,
            countries_iso2: None,
            hash: 0,
        };
        Ok(Prepared::Poll(Box::new(types::InputMediaPoll {
            poll: poll.into(),
            correct_answers: self.correct.map(|correct| vec![correct]),
            attached_media: None,
            solution: None,
            solution_entities: None,
            solution_media: None,
        })))
    }

    fn file(&self) -> Result<Prepared, Refusal> {
        let size = self.size.unwrap_or(1000);
        if size > MAX_SIZE {
            return Err(Refusal::bad("size is at most 67108864"));
        }
        let shape = super::shapes::Shape::of(self);
        let bytes = samples::bytes(&shape.head, size);
        let kind = match shape.mime {
            None => FileKind::Photo(shape.size),
            Some(mime) => FileKind::Document {
                mime: self.mime.clone().unwrap_or_else(|| mime.to_owned()),
                attributes: shape.attributes,
                thumb: shape.thumb.map(thumb).transpose()?,
            },
        };
        Ok(Prepared::File {
            kind,
            format: image::format(&bytes),
            blob: blob(&bytes)?,
            spoiler: self.spoiler,
        })
    }
}

/// Keeps bytes on disk.
pub(super) fn blob(bytes: &[u8]) -> Result<Blob, Refusal> {
    Blob::of(bytes).map_err(|error| {
        log::error!("cannot keep a file: {error}");
        Refusal::new(500, "INTERNAL")
    })
}

fn thumb(size: Dimensions) -> Result<(Blob, Dimensions), Refusal> {
    let bytes = samples::bytes(&samples::jpeg(size), THUMB_SIZE);
    Ok((blob(&bytes)?, size))
}

fn missing(field: &str) -> Refusal {
    Refusal::bad(&format!("this kind needs `{field}`"))
}

fn plain(text: &str) -> enums::TextWithEntities {
    types::TextWithEntities {
        text: text.to_owned(),
        entities: Vec::new(),
    }
    .into()
}

impl Dc {
    /// Sends a message that shows something, as from a device that is not connected here. The
    /// draft's text is the caption; a page without a text is named by its address.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND` or `CHAT_NOT_FOUND`, the reason for what cannot be made, what
    /// `messages.sendMedia` answers, and 500 `INTERNAL` when the disk refuses.
    pub fn send_media(
        &self,
        from: &str,
        to: &str,
        media: &NewMedia,
        mut draft: Draft,
    ) -> Result<SentIds, Refusal> {
        let prepared = media.prepare()?;
        {
            let mut world = self.0.api.world();
            let sender = find(&mut world, from)?;
            find_peer(&mut world, to)?;
            draft.content.media = Some(prepared.media(&mut world, sender)?);
        }
        if let (Some(Media::WebPage(url)), true) =
            (&draft.content.media, draft.content.text.is_empty())
        {
            draft.content.text.clone_from(url);
        }
        self.send_draft(from, to, draft)
    }
}
