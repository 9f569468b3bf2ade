//! A summary of a message's media as JSON; the raw bytes beside it have everything.
//! Source: <https://core.telegram.org/type/MessageMedia>.

use grammers_client::tl::enums::MessageMedia as Media;
use grammers_client::tl::{self, Serializable as _};
use serde_json::{Map, Value, json};

/// `{"type", …}`: kind, id, MIME type, file name, size in bytes, duration in seconds, width and
/// height in pixels, as far as they are known. `None` for the empty media.
pub(super) fn summary(media: &Media) -> Option<Value> {
    let summary = match media {
        Media::Empty => return None,
        Media::Photo(photo) => photo_summary(photo.photo.as_ref()),
        Media::Document(document) => document_summary(document.document.as_ref()),
        Media::Geo(geo) => geo_summary("location", &geo.geo),
        Media::GeoLive(geo) => geo_summary("live_location", &geo.geo),
        Media::Venue(venue) => {
            let mut summary = geo_summary("venue", &venue.geo);
            summary.insert("title".to_owned(), json!(venue.title));
            summary.insert("address".to_owned(), json!(venue.address));
            summary
        }
        Media::Contact(contact) => object(&[
            ("type", json!("contact")),
            ("phone_number", json!(contact.phone_number)),
            ("first_name", json!(contact.first_name)),
            ("last_name", json!(contact.last_name)),
            ("user_id", json!(contact.user_id)),
        ]),
        Media::Dice(dice) => object(&[
            ("type", json!("dice")),
            ("emoji", json!(dice.emoticon)),
            ("value", json!(dice.value)),
        ]),
        Media::WebPage(page) => web_page_summary(&page.webpage),
        other => object(&[("type", json!(constructor(other)))]),
    };
    Some(Value::Object(summary))
}

fn object(pairs: &[(&str, Value)]) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// Telegram's own name without its prefix, in snake case: `messageMediaPoll` is `poll`.
fn constructor(media: &Media) -> String {
    let id = media
        .to_bytes()
        .first_chunk()
        .copied()
        .map_or(0, u32::from_le_bytes);
    let name = tl::name_for_id(id);
    let name = name.strip_prefix("messageMedia").unwrap_or(name);
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn photo_summary(photo: Option<&tl::enums::Photo>) -> Map<String, Value> {
    let mut summary = object(&[("type", json!("photo"))]);
    if let Some(tl::enums::Photo::Photo(photo)) = photo {
        summary.insert("id".to_owned(), json!(photo.id.to_string()));
    }
    summary
}

fn document_summary(document: Option<&tl::enums::Document>) -> Map<String, Value> {
    let mut summary = object(&[("type", json!("document"))]);
    let Some(tl::enums::Document::Document(document)) = document else {
        return summary;
    };
    summary.insert("id".to_owned(), json!(document.id.to_string()));
    summary.insert("mime_type".to_owned(), json!(document.mime_type));
    summary.insert("size".to_owned(), json!(document.size));
    for attribute in &document.attributes {
        let (kind, pairs) = attribute_summary(attribute);
        if let Some(kind) = kind {
            summary.insert("type".to_owned(), json!(kind));
        }
        summary.extend(pairs);
    }
    summary
}

type Attribute = (Option<&'static str>, Map<String, Value>);

fn attribute_summary(attribute: &tl::enums::DocumentAttribute) -> Attribute {
    use tl::enums::DocumentAttribute as Is;
    match attribute {
        Is::Filename(name) => (None, object(&[("file_name", json!(name.file_name))])),
        Is::Animated => (Some("animation"), Map::new()),
        Is::Sticker(sticker) => (Some("sticker"), object(&[("emoji", json!(sticker.alt))])),
        Is::CustomEmoji(emoji) => (Some("custom_emoji"), object(&[("emoji", json!(emoji.alt))])),
        Is::ImageSize(size) => (
            None,
            object(&[("width", json!(size.w)), ("height", json!(size.h))]),
        ),
        Is::Video(video) => (
            Some(if video.round_message {
                "video_note"
            } else {
                "video"
            }),
            object(&[
                ("duration", json!(video.duration)),
                ("width", json!(video.w)),
                ("height", json!(video.h)),
            ]),
        ),
        Is::Audio(audio) => (
            Some(if audio.voice { "voice" } else { "audio" }),
            object(&[("duration", json!(audio.duration))]),
        ),
        Is::HasStickers => (None, Map::new()),
    }
}

fn geo_summary(kind: &str, geo: &tl::enums::GeoPoint) -> Map<String, Value> {
    let mut summary = object(&[("type", json!(kind))]);
    if let tl::enums::GeoPoint::Point(point) = geo {
        summary.insert("latitude".to_owned(), json!(point.lat));
        summary.insert("longitude".to_owned(), json!(point.long));
    }
    summary
}

fn web_page_summary(page: &tl::enums::WebPage) -> Map<String, Value> {
    let mut summary = object(&[("type", json!("web_page"))]);
    if let tl::enums::WebPage::Page(page) = page {
        summary.insert("url".to_owned(), json!(page.url));
        if let Some(title) = &page.title {
            summary.insert("title".to_owned(), json!(title));
        }
    }
    summary
}
