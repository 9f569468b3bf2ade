//! The names that Telethon 1.41 gives to Telegram's errors, which clients of the original know.
//!
//! Owns the list of the names and the classes that stand for a whole kind. It must not know what
//! becomes of an error.

use crate::error::Refusal;

/// Telegram's name without its number, and Telethon's class; one pair a line, sorted.
///
/// Written by `tests/fixtures/tools/error_classes.py`.
const CLASSES: &str = include_str!("telethon.txt");

/// Telethon's class for an error: that of its name, or else that of its kind.
pub(crate) fn class(refusal: &Refusal) -> &'static str {
    let name = without_numbers(&refusal.name);
    let known = CLASSES
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(known, _)| *known == name);
    known.map_or_else(|| class_of_kind(refusal.code), |(_, class)| class)
}

/// Telethon's class for a kind of errors. Source: <https://core.telegram.org/api/errors>.
pub(crate) const fn class_of_kind(code: i32) -> &'static str {
    match code.unsigned_abs() {
        303 => "InvalidDCError",
        400 => "BadRequestError",
        401 => "UnauthorizedError",
        403 => "ForbiddenError",
        404 => "NotFoundError",
        406 => "AuthKeyError",
        420 => "FloodError",
        500 => "ServerError",
        503 => "TimedOutError",
        _ => "RPCError",
    }
}

/// `2FA_CONFIRM_WAIT_60` keeps its first number, which belongs to the name.
fn without_numbers(name: &str) -> String {
    let words = name.split('_').filter(|word| {
        let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        !is_number
    });
    words.collect::<Vec<_>>().join("_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_by_name_and_otherwise_by_kind() {
        for (code, name, expected) in [
            (420, "FLOOD_WAIT", "FloodWaitError"),
            (420, "SLOWMODE_WAIT", "SlowModeWaitError"),
            (403, "CHAT_WRITE_FORBIDDEN", "ChatWriteForbiddenError"),
            (400, "2FA_CONFIRM_WAIT_3600", "TwoFaConfirmWaitError"),
            (400, "FILE_PART_MISSING", "FilePartMissingError"),
            (400, "FIRSTNAME_INVALID", "FirstNameInvalidError"),
            (400, "MD5_CHECKSUM_INVALID", "Md5ChecksumInvalidError"),
            (401, "AUTH_KEY_UNREGISTERED", "AuthKeyUnregisteredError"),
            (400, "NEVER_HEARD_OF", "BadRequestError"),
            (-503, "Timeout", "TimeoutError"),
            (-503, "No answer", "TimedOutError"),
            (-500, "No workers running", "ServerError"),
            (999, "", "RPCError"),
        ] {
            let refusal = Refusal {
                code,
                name: name.to_owned(),
                value: None,
            };
            assert_eq!(class(&refusal), expected, "{name}");
        }
        assert!(CLASSES.lines().is_sorted());
    }
}
