//! The media of a message, in the words of the log: what an export tells of a file, and not the
//! file itself.

use crate::desktop::fields::{self, Fields};
use serde_json::{Map, Value, json};

/// `{"type", …}`; `None` when there is none.
pub(super) fn read(message: &Fields) -> Option<Value> {
    let has = |name: &str| message.contains_key(name);
    let mut media = if has("photo") {
        of("photo", message, &[("photo_file_size", "size")])
    } else if has("file") || has("media_type") {
        file(message)
    } else if has("contact_information") {
        contact(message)
    } else if has("place_name") {
        let mut venue = of(
            "venue",
            message,
            &[("place_name", "title"), ("address", "address")],
        );
        venue.extend(place(message));
        venue
    } else if has("live_location_period_seconds") {
        let mut live = of("live_location", message, &[]);
        live.extend(place(message));
        live
    } else if has("location_information") {
        let mut location = of("location", message, &[]);
        location.extend(place(message));
        location
    } else {
        let kind = [
            "poll",
            "game_title",
            "invoice_information",
            "giveaway_information",
        ]
        .into_iter()
        .find(|name| has(name))?;
        let kind = kind.split('_').next().unwrap_or(kind);
        of(kind, message, &[])
    };
    if has("photo") || has("file") {
        copy(
            message,
            &mut media,
            &[("width", "width"), ("height", "height")],
        );
    }
    Some(Value::Object(media))
}

fn of(kind: &str, message: &Fields, names: &[(&str, &str)]) -> Map<String, Value> {
    let mut media = Map::new();
    media.insert("type".to_owned(), json!(kind));
    copy(message, &mut media, names);
    media
}

/// Takes values over, each under its name in the log.
fn copy(from: &Fields, media: &mut Map<String, Value>, names: &[(&str, &str)]) {
    for (written, name) in names {
        if let Some(value) = from.get(*written).filter(|value| !value.is_null()) {
            media.insert((*name).to_owned(), value.clone());
        }
    }
}

fn file(message: &Fields) -> Map<String, Value> {
    let kind = match message.get("media_type").and_then(Value::as_str) {
        Some("sticker") => "sticker",
        Some("video_message") => "video_note",
        Some("voice_message") => "voice",
        Some("animation") => "animation",
        Some("video_file") => "video",
        Some("audio_file") => "audio",
        _ => "document",
    };
    let mut media = of(
        kind,
        message,
        &[
            ("mime_type", "mime_type"),
            ("file_size", "size"),
            ("sticker_emoji", "emoji"),
            ("duration_seconds", "duration"),
        ],
    );
    if let Some(name) = fields::text(message, "file_name").or_else(|| name_of_path(message)) {
        media.insert("file_name".to_owned(), json!(name));
    }
    media
}

/// The last part of the path, unless a sentence in parentheses says why there is no file.
fn name_of_path(message: &Fields) -> Option<String> {
    let path = message.get("file")?.as_str()?;
    let name = path.rsplit('/').next()?;
    (!path.starts_with('(') && !name.is_empty()).then(|| name.to_owned())
}

fn contact(message: &Fields) -> Map<String, Value> {
    let told = message
        .get("contact_information")
        .and_then(Value::as_object);
    let names = ["phone_number", "first_name", "last_name"].map(|name| (name, name));
    told.map_or_else(
        || of("contact", &Fields::new(), &[]),
        |told| of("contact", told, &names),
    )
}

fn place(message: &Fields) -> Map<String, Value> {
    let mut place = Map::new();
    let told = message
        .get("location_information")
        .and_then(Value::as_object);
    if let Some(told) = told {
        copy(
            told,
            &mut place,
            &[("latitude", "latitude"), ("longitude", "longitude")],
        );
    }
    place
}
