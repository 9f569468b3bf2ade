//! Instants as clients write them.

use crate::model::UtcTime;
use chrono::DateTime;

/// Reads RFC 3339 or whole seconds since 1970.
///
/// # Errors
/// A phrase that says what would have been right.
pub(crate) fn instant(text: &str) -> Result<UtcTime, &'static str> {
    const FORMS: &str = "must be an RFC 3339 time or whole seconds since 1970";
    if let Ok(seconds) = text.parse() {
        return UtcTime::from_unix(seconds).ok_or(FORMS);
    }
    // In a query string a `+` that was not encoded arrives as a blank.
    let (date_time, offset) = text.split_at_checked(19).ok_or(FORMS)?;
    let text = format!("{date_time}{}", offset.replace(' ', "+"));
    DateTime::parse_from_rfc3339(&text)
        .map(|time| UtcTime::from(time.to_utc()))
        .ok()
        .ok_or(FORMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_or_unix_seconds() {
        for text in [
            "1767225600",
            "2026-01-01T00:00:00Z",
            "2026-01-01T02:00:00+02:00",
            "2026-01-01T02:00:00 02:00",
            "2026-01-01 00:00:00.000Z",
        ] {
            assert_eq!(
                instant(text),
                Ok(UtcTime::from_unix(1_767_225_600).expect("in range")),
                "{text}"
            );
        }
        for text in [
            "",
            "yesterday",
            "2026-01-01",
            "99999999999999999",
            "2026-01-01T00:00:00",
            "ééééééééééééé",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
