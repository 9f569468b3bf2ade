//! The kinds of values that fields take: how each is read, and what is published of it.
//!
//! Owns every bound once, for the reader and for the schema. It must not know the fields.

use super::coerce;
use super::fault::{Fault, Place, Trouble};
use super::instant;
use super::openapi;
use super::policy::Policy;
use super::request::OwnRequest;
use super::shape::{Shape, Values};
use crate::model::{MessageId, SessionName, UtcTime};
use secrecy::SecretString;
use serde_json::Value;
use std::fmt::Display;

/// The largest number of a message in a chat. Source: <https://core.telegram.org/type/Message>.
pub(crate) const LARGEST_MESSAGE_ID: i32 = i32::MAX;

/// What values a field takes, and what becomes of them.
pub(crate) struct Kind<T> {
    pub(super) shape: Shape,
    pub(super) about: Option<&'static str>,
    pub(super) names_chat: bool,
    pub(super) read: Reading<T>,
}

/// Makes something of a value, or tells every fault in it.
pub(super) type Reading<T> = Box<dyn Fn(&Value, Policy) -> Result<T, Vec<Fault>>>;

/// A text of any length.
pub(crate) fn text() -> Kind<String> {
    Kind::of(Values::Text { min: 0, max: None }, |value, _| {
        coerce::text(value, 0, None)
    })
}

/// A text of `min` to `max` characters.
pub(crate) fn text_of(min: usize, max: usize) -> Kind<String> {
    let max = Some(max);
    Kind::of(Values::Text { min, max }, move |value, _| {
        coerce::text(value, min, max)
    })
}

/// A text that is shown to nobody.
pub(crate) fn secret() -> Kind<SecretString> {
    text().map(SecretString::from)
}

/// The name of a session.
pub(crate) fn session() -> Kind<SessionName> {
    text()
        .published_as(1, SessionName::MAX_CHARS)
        .like(SESSION_NAME)
        .example("user123")
        .parsed(|name| SessionName::parse(&name))
}

/// What every session's name matches. Source: <https://json-schema.org/draft/2020-12/json-schema-core#section-6.4>.
pub(crate) const SESSION_NAME: &str = r"^[^/\u0000-\u001f\u007f-\u009f]+$";

/// A text, or a whole number, which becomes one.
pub(crate) fn text_or_integer() -> Kind<String> {
    Kind::of(Values::TextOrInteger, |value, _| {
        coerce::text_or_integer(value)
    })
}

/// A whole number from `min` to `max`, both of which an `N` can hold.
pub(crate) fn integer<N: TryFrom<i64> + 'static>(min: i64, max: i64) -> Kind<N> {
    Kind::of(Values::Integer { min, max }, move |value, policy| {
        let number = coerce::integer(value, min, max, policy.numbers)?;
        N::try_from(number).or(Err(Trouble::TooLarge(max)))
    })
}

/// A number from `min` to `max`.
pub(crate) fn number(min: i32, max: Option<i32>) -> Kind<f64> {
    Kind::of(Values::Number { min, max }, move |value, policy| {
        coerce::number(value, min, max, policy.numbers)
    })
}

/// The number of a message.
pub(crate) fn message_id() -> Kind<MessageId> {
    integer(1, LARGEST_MESSAGE_ID.into()).map(MessageId)
}

/// Yes or no.
pub(crate) fn flag() -> Kind<bool> {
    Kind::of(Values::Flag, |value, policy| {
        coerce::flag(value, policy.numbers)
    })
}

/// Yes or no, and nothing that is only taken for it: where a slip would cost something.
pub(crate) fn strict_flag() -> Kind<bool> {
    Kind::of(Values::Flag, |value, _| {
        value.as_bool().ok_or(Trouble::NoFlag)
    })
}

/// One of a few words, each with what it means; a `Literal` of Python.
pub(crate) fn words<T: Copy + 'static, const N: usize>(known: [(&'static str, T); N]) -> Kind<T> {
    one_of(known, Trouble::Word)
}

/// The same of an `Enum` of Python, whose faults pydantic calls otherwise.
pub(crate) fn members<T: Copy + 'static, const N: usize>(known: [(&'static str, T); N]) -> Kind<T> {
    one_of(known, Trouble::Member)
}

fn one_of<T: Copy + 'static, const N: usize>(
    known: [(&'static str, T); N],
    trouble: fn(Vec<&'static str>) -> Trouble,
) -> Kind<T> {
    let published = known.iter().map(|(word, _)| *word).collect();
    Kind::of(Values::Words(published), move |value, policy| {
        coerce::word(value, &known, policy.words, trouble)
    })
}

/// An instant: RFC 3339, without an offset in UTC, or whole seconds since 1970.
pub(crate) fn datetime() -> Kind<UtcTime> {
    Kind::of(Values::Time, |value, _| coerce::datetime(value))
}

/// An instant as a text: RFC 3339 with an offset, or whole seconds since 1970.
pub(crate) fn instant_text() -> Kind<UtcTime> {
    Kind {
        shape: Values::TimeOrSeconds.into(),
        ..text().parsed(|text| instant(&text))
    }
}

/// A text of at least one of these, or a list of them: in a query the name stands before each.
pub(crate) fn repeated<T: 'static>(max: usize, item: Kind<T>) -> Kind<Vec<T>> {
    let Kind { shape, read, .. } = list(1, max, item);
    Kind {
        shape,
        about: None,
        names_chat: false,
        read: Box::new(move |value, policy| match value {
            Value::Array(_) => read(value, policy),
            one => read(&Value::Array(vec![one.clone()]), policy),
        }),
    }
}

/// An object with these fields.
pub(crate) fn fields<T: OwnRequest + 'static>() -> Kind<T> {
    Kind {
        shape: Values::Object(openapi::described::<T>()).into(),
        about: None,
        names_chat: false,
        read: Box::new(|value, policy| match value {
            Value::Object(given) => {
                // Where it is says the field that holds it.
                let within = Policy {
                    prefix: false,
                    ..policy
                };
                T::read("body", given, within)
            }
            _ => Err(vec![Fault::of(Trouble::NoObject, policy.input(value))]),
        }),
    }
}

/// `min` to `max` items. Too long a list is not looked into.
pub(crate) fn list<T: 'static>(min: usize, max: usize, item: Kind<T>) -> Kind<Vec<T>> {
    let values = Values::List {
        min,
        max,
        item: Box::new(item.shape),
    };
    Kind {
        shape: values.into(),
        about: None,
        names_chat: false,
        read: Box::new(move |value, policy| items(value, policy, min, max, &item.read)),
    }
}

fn items<T>(
    value: &Value,
    policy: Policy,
    min: usize,
    max: usize,
    item: &Reading<T>,
) -> Result<Vec<T>, Vec<Fault>> {
    let refused = |trouble| vec![Fault::of(trouble, policy.input(value))];
    let Value::Array(given) = value else {
        return Err(refused(Trouble::NoList));
    };
    if given.len() > max {
        return Err(refused(Trouble::ListTooLong(max, given.len())));
    }
    let mut read = Vec::new();
    let mut faults = Vec::new();
    for (index, value) in given.iter().enumerate() {
        match item(value, policy) {
            Ok(value) => read.push(value),
            Err(found) => faults.extend(
                found
                    .into_iter()
                    .map(|fault| fault.within([Place::Index(index)])),
            ),
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

impl<T: 'static> Kind<T> {
    fn of(values: Values, read: impl Fn(&Value, Policy) -> Result<T, Trouble> + 'static) -> Self {
        Self {
            shape: values.into(),
            about: None,
            names_chat: false,
            read: Box::new(move |value, policy| {
                read(value, policy).map_err(|trouble| vec![Fault::of(trouble, policy.input(value))])
            }),
        }
    }

    /// The same values, of which something is made.
    pub(crate) fn map<U: 'static>(self, make: impl Fn(T) -> U + 'static) -> Kind<U> {
        Kind {
            shape: self.shape,
            about: self.about,
            names_chat: self.names_chat,
            read: Box::new(move |value, policy| (self.read)(value, policy).map(&make)),
        }
    }

    /// The same values, of which `parse` takes some and says what it has against the others.
    pub(crate) fn parsed<U: 'static, E: Display>(
        self,
        parse: impl Fn(T) -> Result<U, E> + 'static,
    ) -> Kind<U> {
        let read = move |value: &Value, policy: Policy| {
            parse((self.read)(value, policy)?).map_err(|reason| {
                let trouble = Trouble::Value(reason.to_string());
                vec![Fault::of(trouble, policy.input(value))]
            })
        };
        Kind {
            shape: self.shape,
            about: self.about,
            names_chat: self.names_chat,
            read: Box::new(read),
        }
    }

    /// The same texts, of which what reads them takes only those of this length.
    pub(crate) fn published_as(mut self, min: usize, max: usize) -> Self {
        let max = Some(max);
        self.shape.values = Values::Text { min, max };
        self
    }

    /// The same texts, of which what reads them takes only those that match this whole pattern.
    ///
    /// Source: <https://json-schema.org/draft/2020-12/json-schema-validation#section-6.3.3>.
    pub(crate) fn like(mut self, pattern: &'static str) -> Self {
        self.shape.pattern = Some(pattern);
        self
    }

    /// The same texts, which have this format.
    pub(crate) fn format(mut self, format: &'static str) -> Self {
        self.shape.format = Some(format);
        self
    }

    /// The same texts, with one of them shown.
    pub(crate) fn example(mut self, example: &'static str) -> Self {
        self.shape.example = Some(example);
        self
    }

    /// The same values; what they are for, where the field itself does not say it.
    pub(crate) fn about(mut self, about: &'static str) -> Self {
        self.about = Some(about);
        self
    }

    /// The same values, which name chats.
    pub(crate) fn names_chat(mut self) -> Self {
        self.names_chat = true;
        self
    }
}
