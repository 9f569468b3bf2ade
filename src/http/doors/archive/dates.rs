//! Dates as this door's clients write them, and as it writes them.

use super::refusal::Refusal;
use crate::model::UtcTime;
use crate::ops::dialog_search::Bounds;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat};

/// A date of a query: `YYYY-MM-DD`, which is its first second, or `YYYY-MM-DD HH:MM:SS`, in UTC.
///
/// # Errors
/// 400 with the field.
pub(super) fn read(field: &str, text: Option<&str>) -> Result<Option<UtcTime>, Refusal> {
    let Some(text) = text else {
        return Ok(None);
    };
    let day =
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(NaiveTime::MIN));
    let second = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").or_else(|_| day());
    let Ok(second) = second else {
        let shown: String = text.chars().take(64).collect();
        return Err(Refusal::Wrong(format!(
            "{field}: Invalid date {shown:?}. Use YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"
        )));
    };
    Ok(Some(second.and_utc().into()))
}

/// Two dates between which something is, both included; the first must be before the second.
///
/// # Errors
/// 400 with the field, or both.
pub(super) fn between(
    (after, after_text): (&str, Option<&str>),
    (before, before_text): (&str, Option<&str>),
) -> Result<Bounds<UtcTime>, Refusal> {
    let bounds = Bounds {
        least: read(after, after_text)?,
        most: read(before, before_text)?,
    };
    match (bounds.least, bounds.most) {
        (Some(least), Some(most)) if least >= most => {
            Err(Refusal::Wrong(format!("{after} must be before {before}")))
        }
        _ => Ok(bounds),
    }
}

/// As lists of chats have it, such as `2024-01-15T14:30:00+00:00`.
pub(super) fn iso(time: UtcTime) -> String {
    time.as_datetime()
        .to_rfc3339_opts(SecondsFormat::Secs, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let read = read("start_date", Some(text)).ok()?;
        read.map(iso)
    }

    #[test]
    fn a_date_is_a_day_or_a_second() {
        for (text, expected) in [
            ("2024-01-15", Some("2024-01-15T00:00:00+00:00")),
            ("2024-01-15 14:30:05", Some("2024-01-15T14:30:05+00:00")),
            ("2024-02-29", Some("2024-02-29T00:00:00+00:00")),
            ("2023-02-29", None),
            ("2024-01-15T14:30:05", None),
            ("2024-01-15 14:30", None),
            ("2024-01-15 ", None),
            ("15.01.2024", None),
            ("", None),
            ("1705329005", None),
        ] {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
        assert!(matches!(read("x", None), Ok(None)));
    }

    #[test]
    fn the_first_date_is_before_the_second() {
        let between = |after, before| between(("a", after), ("b", before));
        assert!(between(Some("2024-01-01"), Some("2024-01-02")).is_ok());
        assert!(between(None, Some("2024-01-02")).is_ok_and(|bounds| bounds.least.is_none()));
        for before in ["2024-01-01", "2023-12-31 23:59:59"] {
            let refused = between(Some("2024-01-01"), Some(before)).expect_err("refused");
            assert_eq!(refused.to_string(), "a must be before b");
        }
    }
}
