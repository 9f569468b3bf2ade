//! Arguments of a call: what the parameters make of the given values.
//!
//! All faults are found in one go, those of the parameters first and in their order, then those
//! of unknown names. It must not know which tool is called.

use super::coerce;
use super::fault::{Fault, Place, Trouble};
use super::param::{Kind, LARGEST_MESSAGE_ID, Missing, Param};
use crate::error::{Code, Error};
use crate::model::{MessageId, SessionName, UtcTime};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What becomes of names that no parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Each is a fault.
    RefuseUnknown,
    /// They are left out.
    IgnoreUnknown,
}

/// The values of a tool's parameters, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Arguments(BTreeMap<&'static str, Argument>);

/// One value.
#[derive(Clone, Debug, PartialEq)]
enum Argument {
    Text(String),
    Integer(i64),
    Flag(bool),
    Ids(Vec<MessageId>),
    Texts(Vec<String>),
    Time(UtcTime),
}

impl Arguments {
    /// Reads every parameter from the given values.
    ///
    /// # Errors
    /// Every fault; at least one.
    pub(crate) fn read(
        params: &[Param],
        given: &Map<String, Value>,
        strictness: Strictness,
    ) -> Result<Self, Vec<Fault>> {
        let mut values = BTreeMap::new();
        let mut faults = Vec::new();
        for param in params {
            match read(param, given) {
                Ok(Some(value)) => drop(values.insert(param.name, value)),
                Ok(None) => {}
                Err(found) => faults.extend(found),
            }
        }
        if strictness == Strictness::RefuseUnknown {
            let known = |name: &str| params.iter().any(|param| param.name == name);
            let unknown = given.iter().filter(|(name, _)| !known(name));
            faults.extend(
                unknown.map(|(name, value)| Fault::of(name, Trouble::Extra, value.clone())),
            );
        }
        if faults.is_empty() {
            Ok(Self(values))
        } else {
            Err(faults)
        }
    }

    /// A text that is required; empty when no such parameter was declared.
    pub(crate) fn text(&self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    /// A text that may be missing.
    pub(crate) fn optional_text(&self, name: &str) -> Option<String> {
        match self.0.get(name) {
            Some(Argument::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// A number that is required or has a default; 0 when no such parameter was declared.
    pub(crate) fn integer(&self, name: &str) -> i64 {
        match self.0.get(name) {
            Some(Argument::Integer(number)) => *number,
            _ => 0,
        }
    }

    /// A number that counts something, within 32 bits by its declared bounds.
    pub(crate) fn count(&self, name: &str) -> u32 {
        u32::try_from(self.integer(name)).unwrap_or(u32::MAX)
    }

    /// A message's number, when one is given and is not 0.
    pub(crate) fn optional_message_id(&self, name: &str) -> Option<MessageId> {
        let id = i32::try_from(self.integer(name)).ok()?;
        (id > 0).then_some(MessageId(id))
    }

    /// A message's number that is required.
    pub(crate) fn message_id(&self, name: &str) -> MessageId {
        self.optional_message_id(name).unwrap_or(MessageId(0))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Argument::Flag(true)))
    }

    /// Numbers of messages.
    pub(crate) fn message_ids(&self, name: &str) -> Vec<MessageId> {
        match self.0.get(name) {
            Some(Argument::Ids(ids)) => ids.clone(),
            _ => Vec::new(),
        }
    }

    /// The name of a session that may be missing.
    ///
    /// # Errors
    /// `invalid_request` when it is none.
    pub(crate) fn optional_session(&self, name: &str) -> Result<Option<SessionName>, Error> {
        let text = self.optional_text(name);
        let parsed = text.as_deref().map(SessionName::parse).transpose();
        parsed.map_err(|error| Error::new(Code::InvalidRequest, format!("{name} {error}")))
    }

    /// Texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Argument::Texts(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }

    /// An instant that may be missing.
    pub(crate) fn time(&self, name: &str) -> Option<UtcTime> {
        match self.0.get(name) {
            Some(Argument::Time(time)) => Some(*time),
            _ => None,
        }
    }
}

fn read(param: &Param, given: &Map<String, Value>) -> Result<Option<Argument>, Vec<Fault>> {
    let Some(value) = given.get(param.name) else {
        return match param.missing {
            Missing::Null => Ok(None),
            Missing::Integer(number) => Ok(Some(Argument::Integer(number))),
            Missing::Flag(answer) => Ok(Some(Argument::Flag(answer))),
            Missing::Refused => {
                let input = Value::Object(given.clone());
                Err(vec![Fault::of(param.name, Trouble::Missing, input)])
            }
        };
    };
    if value.is_null() && param.missing == Missing::Null {
        return Ok(None);
    }
    let read = match param.kind {
        Kind::Text { min, max } => coerce::text(value, min, max).map(Argument::Text),
        Kind::Integer { min, max } => coerce::integer(value, min, max).map(Argument::Integer),
        Kind::Flag => coerce::flag(value).map(Argument::Flag),
        Kind::Time => coerce::time(value).map(Argument::Time),
        Kind::Ids { min, max } => {
            return list(param.name, value, min, max, message_id)
                .map(Argument::Ids)
                .map(Some);
        }
        Kind::Texts { min, max } => {
            let item = |value: &Value| coerce::text(value, 0, None);
            return list(param.name, value, min, max, item)
                .map(Argument::Texts)
                .map(Some);
        }
    };
    read.map(Some)
        .map_err(|trouble| vec![Fault::of(param.name, trouble, value.clone())])
}

fn message_id(value: &Value) -> Result<MessageId, Trouble> {
    let number = coerce::integer(value, 1, Some(LARGEST_MESSAGE_ID))?;
    let id = i32::try_from(number).or(Err(Trouble::TooLarge(LARGEST_MESSAGE_ID)))?;
    Ok(MessageId(id))
}

/// A list with its items. Too long a list is not looked into.
fn list<T>(
    name: &str,
    value: &Value,
    min: usize,
    max: usize,
    item: impl Fn(&Value) -> Result<T, Trouble>,
) -> Result<Vec<T>, Vec<Fault>> {
    let refused = |trouble| vec![Fault::of(name, trouble, value.clone())];
    let Value::Array(items) = value else {
        return Err(refused(Trouble::NoList));
    };
    if items.len() > max {
        return Err(refused(Trouble::ListTooLong(max, items.len())));
    }
    let mut read = Vec::new();
    let mut faults = Vec::new();
    for (index, given) in items.iter().enumerate() {
        match item(given) {
            Ok(value) => read.push(value),
            Err(trouble) => faults.push(Fault {
                place: vec![Place::Field(name.to_owned()), Place::Index(index)],
                trouble,
                input: given.clone(),
            }),
        }
    }
    if !faults.is_empty() {
        Err(faults)
    } else if read.len() < min {
        Err(refused(Trouble::ListTooShort(min, read.len())))
    } else {
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
