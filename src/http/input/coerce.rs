//! From JSON values to those of fields, as forgiving as pydantic's lax mode.
//!
//! Owns which values count as a text, a whole number, yes or no. It must not know the fields.
//! Source: <https://docs.pydantic.dev/2.12/concepts/conversion_table/>.

use super::fault::Trouble;
use super::instant;
use super::policy::{Numbers, Words};
use crate::model::UtcTime;
use serde_json::{Number, Value};

/// More digits are not read, because reading takes the square of their number.
const MOST_DIGITS: usize = 4300;

/// A text; nothing else counts as one.
pub(super) fn text(value: &Value, min: usize, max: Option<usize>) -> Result<String, Trouble> {
    let Value::String(text) = value else {
        return Err(Trouble::NoText);
    };
    let length = text.chars().count();
    match max {
        _ if length < min => Err(Trouble::TextTooShort(min)),
        Some(max) if length > max => Err(Trouble::TextTooLong(max)),
        _ => Ok(text.clone()),
    }
}

/// A whole number, also as a text, as a number with a zero fraction, or as yes or no.
pub(super) fn integer(value: &Value, min: i64, max: i64, numbers: Numbers) -> Result<i64, Trouble> {
    let read = match numbers {
        Numbers::Lax => lax(value)?,
        Numbers::Plain => Read::Within(plain(value)?),
    };
    match read {
        Read::Below => Err(Trouble::TooSmall(min)),
        Read::Within(number) if number < min => Err(Trouble::TooSmall(min)),
        Read::Within(number) if number <= max => Ok(number),
        Read::Within(_) | Read::Above => Err(Trouble::TooLarge(max)),
    }
}

fn lax(value: &Value) -> Result<Read, Trouble> {
    match value {
        Value::Number(number) => of_number(number),
        Value::String(text) => of_text(text),
        Value::Bool(answer) => Ok(Read::Within(i64::from(*answer))),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Trouble::NoInteger),
    }
}

/// `7.0` is a whole number here too, in JSON Schema as in pydantic.
///
/// Source: <https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.3>.
fn plain(value: &Value) -> Result<i64, Trouble> {
    match value {
        Value::Number(number) => match of_number(number) {
            Ok(Read::Within(number)) => Ok(number),
            Ok(Read::Below | Read::Above) | Err(_) => Err(Trouble::NoInteger),
        },
        Value::String(text) => text.trim().parse().or(Err(Trouble::IntegerText)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Trouble::NoInteger)
        }
    }
}

/// A whole number of any size in a path, cut to 64 bits.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    match of_text(text).ok()? {
        Read::Below => Some(i64::MIN),
        Read::Within(number) => Some(number),
        Read::Above => Some(i64::MAX),
    }
}

/// A whole number, or on which side of 64 bits it lies.
enum Read {
    Below,
    Within(i64),
    Above,
}

fn of_number(number: &Number) -> Result<Read, Trouble> {
    if let Some(number) = number.as_i64() {
        return Ok(Read::Within(number));
    }
    if number.is_u64() {
        return Ok(Read::Above);
    }
    let float = number.as_f64().unwrap_or_default();
    if float.fract() != 0.0 {
        return Err(Trouble::Fraction);
    }
    // Exact: a float without a fraction is written without one.
    let written = format!("{float:.0}");
    match written.parse() {
        Ok(number) => Ok(Read::Within(number)),
        Err(_) => Err(Trouble::IntegerSize),
    }
}

/// An optional sign and digits, which single underscores may part, or digits with `.0` after them.
fn of_text(text: &str) -> Result<Read, Trouble> {
    let text = text.trim();
    if text.len() > MOST_DIGITS {
        return Err(Trouble::IntegerSize);
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let whole = match unsigned.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return Err(Trouble::IntegerText),
        None => unsigned,
    };
    let groups = whole.split('_');
    let well_formed = groups
        .clone()
        .all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !well_formed {
        return Err(Trouble::IntegerText);
    }
    let sign = if negative { "-" } else { "" };
    let digits: String = std::iter::once(sign).chain(groups).collect();
    Ok(match digits.parse() {
        Ok(number) => Read::Within(number),
        Err(_) if negative => Read::Below,
        Err(_) => Read::Above,
    })
}

/// A finite number, also as a text.
pub(super) fn number(
    value: &Value,
    min: i32,
    max: Option<i32>,
    numbers: Numbers,
) -> Result<f64, Trouble> {
    let number = match value {
        Value::Number(number) => number.as_f64().ok_or(Trouble::NoNumber)?,
        Value::String(text) => text.trim().parse().or(Err(Trouble::NumberText))?,
        Value::Bool(answer) if numbers == Numbers::Lax => f64::from(u8::from(*answer)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            return Err(Trouble::NoNumber);
        }
    };
    if !number.is_finite() {
        return Err(Trouble::NotFinite);
    }
    match max {
        _ if number < f64::from(min) => Err(Trouble::TooSmall(min.into())),
        Some(max) if number > f64::from(max) => Err(Trouble::TooLarge(max.into())),
        _ => Ok(number),
    }
}

/// A text, or a whole number as one.
pub(super) fn text_or_integer(value: &Value) -> Result<String, Trouble> {
    match value {
        Value::Number(number) if number.is_i64() => Ok(number.to_string()),
        _ => text(value, 0, None),
    }
}

/// Yes or no, also as 1 or 0 and as one of the words for them.
pub(super) fn flag(value: &Value, numbers: Numbers) -> Result<bool, Trouble> {
    match value {
        Value::Bool(answer) => Ok(*answer),
        Value::Number(number) if number.is_f64() && numbers == Numbers::Plain => {
            Err(Trouble::FlagText)
        }
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Ok(false),
            Some(1.0) => Ok(true),
            _ if number.is_f64() => Err(of_fractional(number)),
            _ => Err(Trouble::FlagText),
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
            "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
            _ => Err(Trouble::FlagText),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Trouble::NoFlag),
    }
}

/// A float that could be read as a whole number is a wrong answer; another one is none.
fn of_fractional(number: &Number) -> Trouble {
    match of_number(number) {
        Ok(_) => Trouble::FlagText,
        Err(_) => Trouble::NoFlag,
    }
}

/// One of a few words.
pub(super) fn word<T: Copy>(
    value: &Value,
    known: &[(&'static str, T)],
    words: Words,
    trouble: fn(Vec<&'static str>) -> Trouble,
) -> Result<T, Trouble> {
    let found = known
        .iter()
        .find(|(word, _)| value.as_str() == Some(*word))
        .map(|(_, meaning)| *meaning);
    match found {
        Some(meaning) => Ok(meaning),
        None if words == Words::Texts && !value.is_string() => Err(Trouble::NoText),
        None => {
            let words = known.iter().map(|(word, _)| *word);
            Err(trouble(words.collect()))
        }
    }
}

/// An instant.
pub(super) fn datetime(value: &Value) -> Result<UtcTime, Trouble> {
    match value {
        Value::String(text) => instant(text)
            // Python writes instants without an offset; they are taken for UTC.
            .or_else(|_reason| instant(&format!("{text}Z")))
            .or(Err(Trouble::TimeText)),
        Value::Number(number) => instant(&number.to_string()).or(Err(Trouble::TimeText)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(Trouble::NoTime),
    }
}
