//! The time of sending, carried in the text of a message.
//!
//! Owns the form: whoever reads a message knows how old it is, without a list beside it.

use telegram_hub::model::UtcTime;

/// Microseconds since 1970, now.
pub fn now() -> i64 {
    UtcTime::now().as_micros()
}

/// A text of common length, about 60 characters, that tells when it was sent.
pub fn text() -> String {
    format!("t{} {}", now(), crate::bare::TEXT)
}

/// When a text of [`text`] was sent; `None` for any other text.
pub fn read(text: &str) -> Option<i64> {
    text.strip_prefix('t')?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_when_it_was_sent() {
        let sent = read(&text()).unwrap();
        assert!((0..1_000_000).contains(&(now() - sent)));
        assert_eq!(read("today"), None);
    }
}
