//! The outer form: a whole export with its lists of chats, or that of a single chat.

use crate::desktop::escapes::Mended;
use crate::desktop::message::{Reading, converted};
use crate::desktop::{ExportedChat, Part, Place, Skip, peers};
use crate::model::UserId;
use chrono::FixedOffset;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};
use std::fmt;
use std::io::Read;
use std::sync::Arc;

/// Why an export was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Whoever takes the parts wants no more of them.
    #[error("reading was stopped")]
    Stopped,
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(std::io::Error),
    /// It is no export, or a broken one.
    #[error("line {line}, column {column} (byte {byte}): {why}")]
    Broken {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// How many bytes were read up to there.
        byte: u64,
        /// What is wrong.
        why: String,
    },
}

/// Reads an export, and hands its parts on until `take` answers `false`. `place` tells how far it
/// has been read. Old exports tell times of day alone, which are those of `zone`.
///
/// # Errors
/// As [`ReadError`] says; what was handed on before is good.
pub fn read(
    file: impl Read,
    place: &Arc<Place>,
    zone: Option<FixedOffset>,
    take: impl FnMut(Part) -> bool,
) -> Result<(), ReadError> {
    let mut json = serde_json::Deserializer::from_reader(Mended::new(file, Arc::clone(place)));
    let mut state = State {
        take,
        zone,
        place: Arc::clone(place),
        stopped: false,
        found: false,
    };
    let read = Document(&mut state).deserialize(&mut json);
    match read.and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(_) if state.stopped => Err(ReadError::Stopped),
        Err(error) if error.is_io() => Err(ReadError::File(error.into())),
        Err(error) => {
            let whole = error.to_string();
            let (line, column) = (error.line(), error.column());
            let told = format!(" at line {line} column {column}");
            Err(ReadError::Broken {
                line,
                column,
                byte: place.bytes(),
                why: whole.strip_suffix(&told).unwrap_or(&whole).to_owned(),
            })
        }
    }
}

struct State<F> {
    take: F,
    zone: Option<FixedOffset>,
    place: Arc<Place>,
    stopped: bool,
    /// Whether there was a list of chats or of messages.
    found: bool,
}

impl<F: FnMut(Part) -> bool> State<F> {
    fn hand<E: serde::de::Error>(&mut self, part: Part) -> Result<(), E> {
        if (self.take)(part) {
            return Ok(());
        }
        self.stopped = true;
        Err(E::custom("stopped"))
    }
}

/// What a chat says of itself before its messages.
#[derive(Default)]
struct Head {
    name: Option<String>,
    kind: Option<Value>,
    id: Option<Value>,
}

impl Head {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "name" => self.name = map.next_value()?,
            "type" => self.kind = Some(map.next_value()?),
            "id" => self.id = Some(map.next_value()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The chat, or why its messages are left out.
    fn chat<E: serde::de::Error>(&mut self) -> Result<Result<ExportedChat, Skip>, E> {
        let kind = self
            .kind
            .take()
            .ok_or_else(|| E::custom("`type` of a chat must stand before its `messages`"))?;
        let kind = kind.as_str().unwrap_or_default().to_owned();
        let name = self.name.take();
        let id = self
            .id
            .take()
            .ok_or_else(|| E::custom("`id` of a chat must stand before its `messages`"))?;
        let Some(id) = id.as_i64().filter(|id| *id > 0) else {
            return Err(E::custom("`id` of a chat must be a positive number"));
        };
        Ok(match peers::chat(&kind, id) {
            Some(chat_id) => Ok(ExportedChat {
                chat_id,
                kind,
                name,
            }),
            None => Err(Skip::Chat { kind, name }),
        })
    }
}

/// The whole file.
struct Document<'a, F>(&'a mut State<F>);

impl<'de, F: FnMut(Part) -> bool> DeserializeSeed<'de> for Document<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Part) -> bool> Visitor<'de> for Document<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object that Telegram Desktop writes into result.json")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut head = Head::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "personal_information" => {
                    let personal: Map<String, Value> = map.next_value()?;
                    if let Some(id) = personal.get("user_id").and_then(Value::as_i64) {
                        self.0.hand(Part::Account(UserId(id)))?;
                    }
                }
                "chats" | "left_chats" => map.next_value_seed(ChatList(self.0))?,
                "messages" => map.next_value_seed(Messages::new(self.0, head.chat()?))?,
                key if head.take(key, &mut map)? => {}
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if self.0.found {
            return Ok(());
        }
        Err(A::Error::custom(
            "this is no export of Telegram Desktop: neither `chats` nor `messages` stands in it",
        ))
    }
}

/// `{"about", "list": […]}`.
struct ChatList<'a, F>(&'a mut State<F>);

impl<'de, F: FnMut(Part) -> bool> DeserializeSeed<'de> for ChatList<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Part) -> bool> Visitor<'de> for ChatList<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of chats")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "list" {
                self.0.found = true;
                map.next_value_seed(Each(Chat(self.0)))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A list whose elements are all read by one seed.
struct Each<S>(S);

impl<'de, F: FnMut(Part) -> bool> DeserializeSeed<'de> for Each<Chat<'_, F>> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Part) -> bool> Visitor<'de> for Each<Chat<'_, F>> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of chats")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Chat(&mut *self.0.0))?.is_some() {}
        Ok(())
    }
}

/// `{"name", "type", "id", "messages": […]}`.
struct Chat<'a, F>(&'a mut State<F>);

impl<'de, F: FnMut(Part) -> bool> DeserializeSeed<'de> for Chat<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Part) -> bool> Visitor<'de> for Chat<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chat")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut head = Head::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "messages" => map.next_value_seed(Messages::new(self.0, head.chat()?))?,
                key if head.take(key, &mut map)? => {}
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The messages of a chat.
struct Messages<'a, F> {
    state: &'a mut State<F>,
    chat: Result<ExportedChat, Skip>,
}

impl<'a, F> Messages<'a, F> {
    const fn new(state: &'a mut State<F>, chat: Result<ExportedChat, Skip>) -> Self {
        Self { state, chat }
    }
}

impl<'de, F: FnMut(Part) -> bool> DeserializeSeed<'de> for Messages<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Part) -> bool> Visitor<'de> for Messages<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.state.found = true;
        let reading = match self.chat {
            Ok(chat) => {
                let reading = Reading {
                    chat_id: chat.chat_id,
                    zone: self.state.zone,
                };
                self.state.hand(Part::Chat(chat))?;
                reading
            }
            Err(skip) => {
                self.state.hand(Part::Skipped(skip))?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        };
        while let Some(message) = list.next_element::<Map<String, Value>>()? {
            let part = match converted(&reading, &message) {
                Ok(message) => Part::Message(Box::new(message)),
                Err(why) => Part::Skipped(why.at(self.state.place.line())),
            };
            self.state.hand(part)?;
        }
        Ok(())
    }
}
