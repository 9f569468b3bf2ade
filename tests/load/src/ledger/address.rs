//! The forms in which a chat is named, and whom each means at the moment.
//!
//! Owns the choice of a form. What a form means is told by the crowd, never by the hub.

use super::crowd::{Crowd, OWN, OWN_NAME, OWN_PHONE, Place, private};
use fastrand::Rng;
use serde_json::{Value, json};

/// A name for a chat and whom it means; `None` means nobody.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) chat: Value,
    pub(super) meant: Option<Place>,
    /// The moving name in it, if it has one.
    pub(super) name: Option<String>,
}

impl Address {
    fn new(chat: impl Into<Value>, meant: Option<Place>) -> Self {
        let chat = chat.into();
        Self {
            chat,
            meant,
            name: None,
        }
    }
}

/// The next address of a run.
pub(super) fn draw(crowd: &Crowd, rng: &mut Rng) -> Address {
    match rng.u8(..12) {
        0..=2 => moving(crowd, rng),
        3..=4 => person(crowd, rng),
        5 => own(rng),
        6..=7 => group(crowd, rng),
        8 => channel(crowd, rng),
        9 => stranger(crowd, rng),
        _ => nobody(crowd, rng),
    }
}

/// A username in one of the forms in which people write it.
fn spelled(name: &str, rng: &mut Rng) -> String {
    let mixed = || {
        let flip = |(at, c): (usize, char)| {
            if at % 2 == 0 {
                c.to_ascii_uppercase()
            } else {
                c
            }
        };
        name.chars().enumerate().map(flip).collect::<String>()
    };
    match rng.u8(..10) {
        0 => name.to_owned(),
        1 => format!("@{name}"),
        2 => format!("@{}", name.to_uppercase()),
        3 => mixed(),
        4 => format!(" @{name} "),
        5 => format!("https://t.me/{name}"),
        6 => format!("http://t.me/{}", mixed()),
        7 => format!("t.me/{name}"),
        8 => format!("telegram.me/{name}"),
        _ => format!("tg://resolve?domain={name}"),
    }
}

fn moving(crowd: &Crowd, rng: &mut Rng) -> Address {
    let names: Vec<_> = crowd.owners.iter().collect();
    let (name, owner) = names[rng.usize(..names.len())];
    let meant = owner.map(|channel| vec![channel]);
    Address {
        name: Some(name.clone()),
        ..Address::new(spelled(name, rng), meant)
    }
}

fn person(crowd: &Crowd, rng: &mut Rng) -> Address {
    let one = &crowd.people[rng.usize(..crowd.people.len())];
    let meant = Some(private(one.id));
    match rng.u8(..5) {
        0 => Address::new(one.id, meant),
        1 => Address::new(one.id.to_string(), meant),
        2 => Address::new(one.phone.clone(), meant),
        _ => Address::new(spelled(&one.username, rng), meant),
    }
}

fn own(rng: &mut Rng) -> Address {
    let names = [
        json!("me"),
        json!("self"),
        json!("ME"),
        json!(format!("@{OWN_NAME}")),
        json!(OWN_PHONE),
        json!(OWN),
    ];
    Address::new(names[rng.usize(..names.len())].clone(), Some(vec![OWN]))
}

/// The id of a group leads to the supergroup that it has become.
fn group(crowd: &Crowd, rng: &mut Rng) -> Address {
    let group = crowd.groups[rng.usize(..crowd.groups.len())];
    let meant = Some(vec![group.upgraded.unwrap_or(group.id)]);
    match (rng.u8(..4), group.upgraded) {
        (0, _) => Address::new(group.id.to_string(), meant),
        (1, Some(upgraded)) => Address::new(upgraded, meant),
        (2, _) => Address::new(-group.id, meant),
        _ => Address::new(group.id, meant),
    }
}

fn channel(crowd: &Crowd, rng: &mut Rng) -> Address {
    let channel = crowd.channels[rng.usize(..crowd.channels.len())];
    let meant = Some(vec![channel]);
    match rng.u8(..3) {
        0 => Address::new(channel, meant),
        1 => Address::new(channel.to_string(), meant),
        _ => Address::new(-1_000_000_000_000 - channel, meant),
    }
}

fn stranger(crowd: &Crowd, rng: &mut Rng) -> Address {
    let one = &crowd.strangers[rng.usize(..crowd.strangers.len())];
    Address::new(one.id, Some(private(one.id)))
}

/// What means nobody: ids that nobody has, names that nobody has, digits that are a number only
/// behind a plus sign.
fn nobody(crowd: &Crowd, rng: &mut Rng) -> Address {
    let somebody = &crowd.people[rng.usize(..crowd.people.len())];
    let unseen = 15_550_000_500 + rng.i64(..100);
    let names = [
        json!(7_000_000_000_i64 + rng.i64(..1000)),
        json!(-(6_000_000_000_i64 + rng.i64(..1000))),
        json!(-1_009_000_000_000_i64 - rng.i64(..1000)),
        json!(format!("@nobody_{}", rng.u16(..))),
        json!(somebody.phone.trim_start_matches('+')),
        json!(unseen.to_string()),
        json!(unseen),
    ];
    Address::new(names[rng.usize(..names.len())].clone(), None)
}
