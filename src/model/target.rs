//! How clients name a chat: `me`, a username, a link, a phone number or an id in any form.
//!
//! It owns the one reading of such a text. What may mean two things is read as neither: a message
//! must not go to somebody who was not meant.

mod links;

use crate::model::{ChatId, ChatKind};
use std::fmt;

/// A chat as a client named it, told apart by form alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChatTarget {
    /// The account's own Saved Messages.
    Me,
    /// A username without `@`, in the caller's spelling.
    Username(String),
    /// A phone number: digits only, without `+`.
    Phone(String),
    /// A marked id: negative, or of a link that says what kind of chat it names.
    Marked(ChatId),
    /// Digits alone: the id of a user, or the bare id of a group or channel.
    Bare(i64),
    /// The hash of an invite link.
    Invite(String),
}

/// Nothing is marked lower. Source: <https://core.telegram.org/api/bots/ids>.
const SMALLEST_MARKED: i64 = -4_000_000_000_000;

/// Secret chats, which exist on one device only. Source: as above.
const SECRET_CHATS: std::ops::RangeInclusive<i64> = -2_002_147_483_648..=-1_997_852_516_353;

/// Where channels begin; it is no channel itself.
const NO_CHANNEL: i64 = -1_000_000_000_000;

/// Ids of users and channels stay below this.
const LARGEST_BARE: i64 = 1 << 40;

impl ChatTarget {
    /// Reads a client's text. `None` when it has none of the forms, or may mean two things.
    ///
    /// A phone number begins with `+`; digits alone are an id. Links lead to usernames, phone
    /// numbers, ids and invites.
    /// Source: <https://core.telegram.org/api/links>.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        if text.eq_ignore_ascii_case("me") || text.eq_ignore_ascii_case("self") {
            return Some(Self::Me);
        }
        if let Some(rest) = text.strip_prefix('+') {
            return phone(rest).or_else(|| long_invite(rest));
        }
        if let Some(number) = without_scheme(text, "tel:") {
            return phone(number.strip_prefix('+')?);
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return bare(text).map(Self::Bare);
        }
        if text.starts_with('-') {
            return marked(text);
        }
        links::read(text).or_else(|| username(text).map(Self::Username))
    }
}

impl fmt::Display for ChatTarget {
    /// Writes the chat so that [`Self::parse`] reads the same again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Username(name) => write!(f, "@{name}"),
            Self::Phone(digits) => write!(f, "+{digits}"),
            Self::Marked(id) if id.kind() == ChatKind::User => write!(f, "tg://user?id={id}"),
            Self::Marked(id) => write!(f, "{id}"),
            Self::Bare(number) => write!(f, "{number}"),
            Self::Invite(hash) => write!(f, "tg://join?invite={hash}"),
        }
    }
}

/// What is copied along with a name and not seen: zero-width and directing characters.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What follows a beginning that may be written in any case.
fn without_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(scheme.len())?;
    first.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn phone(digits: &str) -> Option<ChatTarget> {
    let digits: String = digits
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect();
    let plausible = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then_some(ChatTarget::Phone(digits))
}

/// A negative id, which says what it names.
fn marked(text: &str) -> Option<ChatTarget> {
    let digits = text.strip_prefix('-')?;
    let id: i64 = text.parse().ok()?;
    let exists =
        (SMALLEST_MARKED..0).contains(&id) && id != NO_CHANNEL && !SECRET_CHATS.contains(&id);
    (exists && !digits.starts_with('0')).then_some(ChatTarget::Marked(ChatId(id)))
}

/// Digits without zeros before them: `00…` is how many write a phone number.
fn bare(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let id = text.parse().ok().filter(|_| plain)?;
    (1..LARGEST_BARE).contains(&id).then_some(id)
}

fn invite(hash: &str) -> Option<ChatTarget> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let valid = (4..=64).contains(&hash.len()) && hash.bytes().all(plain);
    valid.then(|| ChatTarget::Invite(hash.to_owned()))
}

/// A hash without its link is taken for one only at the length that Telegram gives them.
fn long_invite(hash: &str) -> Option<ChatTarget> {
    let telling = hash.len() >= 16 && hash.bytes().any(|b| !b.is_ascii_digit());
    invite(hash).filter(|_| telling)
}

/// Source: <https://core.telegram.org/method/account.checkUsername>, which asks for 5 to 32
/// characters; collectible names are as short as 4 and some old ones as short as 3.
fn username(text: &str) -> Option<String> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let first_is_letter = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    let valid = (3..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (first_is_letter && valid).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table of one line each")]
    fn every_form_of_a_chat_is_told_apart() {
        let name = |n: &str| Some(ChatTarget::Username(n.to_owned()));
        let phone = |n: &str| Some(ChatTarget::Phone(n.to_owned()));
        let invited = |n: &str| Some(ChatTarget::Invite(n.to_owned()));
        let channel = |id| Some(ChatTarget::Marked(ChatId::channel(id)));
        for (text, expected) in [
            ("me", Some(ChatTarget::Me)),
            ("@bob", name("bob")),
            ("bob", name("bob")),
            ("https://t.me/bob", name("bob")),
            ("t.me/bob/15?single", name("bob")),
            ("tg://resolve?domain=bob&post=1", name("bob")),
            (
                "https://t.me/+15550000002",
                Some(ChatTarget::Phone("15550000002".to_owned())),
            ),
            (
                "t.me/+AbCd_-09",
                Some(ChatTarget::Invite("AbCd_-09".to_owned())),
            ),
            (
                "https://t.me/joinchat/AbCd09",
                Some(ChatTarget::Invite("AbCd09".to_owned())),
            ),
            (
                "tg://join?invite=AbCd09",
                Some(ChatTarget::Invite("AbCd09".to_owned())),
            ),
            (
                "https://t.me/c/1234567890/7",
                Some(ChatTarget::Marked(ChatId(-1_001_234_567_890))),
            ),
            ("tg://user?id=42", Some(ChatTarget::Marked(ChatId(42)))),
            ("tg://user?id=x", None),
            ("tg://resolve", None),
            ("t.me/", None),
            (
                "+1 (555) 000-0002",
                Some(ChatTarget::Phone("15550000002".to_owned())),
            ),
            ("15550000002", Some(ChatTarget::Bare(15_550_000_002))),
            (
                "-1001234567890",
                Some(ChatTarget::Marked(ChatId(-1_001_234_567_890))),
            ),
            ("-42", Some(ChatTarget::Marked(ChatId(-42)))),
            ("", None),
            ("0", None),
            ("999999999999999", None),
            ("9223372036854775807", None),
            ("-4000000000001", None),
            ("-9223372036854775808", None),
            ("@", None),
            ("1bob", None),
            ("no such name!", None),
            ("+12ab", None),
            ("+AbCdEfGhIjKlMnOp", invited("AbCdEfGhIjKlMnOp")),
            ("+1234567890123456", None),
            ("tel:+15550000002", phone("15550000002")),
            ("tel:15550000002", None),
            ("0015550000002", None),
            ("015", None),
            ("-015", None),
            ("-0", None),
            ("--5", None),
            ("1099511627776", None),
            ("1099511627775", Some(ChatTarget::Bare(1_099_511_627_775))),
            ("-1000000000000", None),
            ("-2000000000000", None),
            ("\u{200b}@bob\u{2060}\u{a0}", name("bob")),
            ("@bo\u{200b}b", None),
            ("ME\u{feff}", Some(ChatTarget::Me)),
            ("T.me/bob", name("bob")),
            ("HTTPS://T.ME/Bob?text=hi", name("Bob")),
            ("https://www.t.me/bob", name("bob")),
            ("t.me/@bob", name("bob")),
            ("t.me/s/bob", name("bob")),
            ("https://t.me/s/bob/12", name("bob")),
            ("t.me/s/", None),
            ("bob.t.me", name("bob")),
            ("https://Bob.T.me/15", name("Bob")),
            ("https://bob.t.me/?start=x", name("bob")),
            ("web.t.me", None),
            ("a.bob.t.me", None),
            ("t.me.evil.example/bob", None),
            ("https://t.me@evil.example/bob", None),
            ("https://t.me:443/bob", None),
            ("https://evil.example/t.me/bob", None),
            ("t.me/%62ob", None),
            ("t.me/share/url?url=bob", None),
            ("t.me/addstickers/Animals", None),
            ("t.me/boost/bob", None),
            ("t.me/boost?c=12", None),
            ("t.me/proxy?server=bob", None),
            ("t.me/login/12345", None),
            ("t.me/contact/AbCd", None),
            ("t.me/c/01/2", None),
            ("t.me/c/x", None),
            ("telegram.me/bob", name("bob")),
            ("TG://resolve?domain=bob", name("bob")),
            ("tg:resolve?domain=bob", name("bob")),
            ("tg:Resolve?post=1&domain=bob", name("bob")),
            ("tg://resolve?phone=15550000002", phone("15550000002")),
            ("tg://resolve?phone=%2B15550000002", None),
            ("tg://resolve?domain=bob&domain=carol", None),
            ("tg://resolve?domain=bob&phone=15550000002", None),
            ("tg://resolve/?domain=bob", name("bob")),
            (
                "tg://privatepost?channel=1234567890&post=7",
                channel(1_234_567_890),
            ),
            (
                "tg://openmessage?user_id=42&message_id=1",
                Some(ChatTarget::Marked(ChatId(42))),
            ),
            (
                "tg://openmessage?chat_id=42",
                Some(ChatTarget::Marked(ChatId(-42))),
            ),
            ("tg://openmessage?chat_id=42&user_id=42", None),
            ("tg://share?url=bob", None),
            ("https://web.telegram.org/k/#@bob", name("bob")),
            (
                "web.telegram.org/a/#42",
                Some(ChatTarget::Marked(ChatId(42))),
            ),
            ("web.telegram.org/a/#-1001234567890", channel(1_234_567_890)),
            (
                "web.telegram.org/a/#-42",
                Some(ChatTarget::Marked(ChatId(-42))),
            ),
            ("web.telegram.org/k/#-42", None),
            ("web.telegram.org/k/#bob", None),
            ("web.telegram.org/k/", None),
        ] {
            assert_eq!(ChatTarget::parse(text), expected, "{text}");
            let written = expected.as_ref().map(ToString::to_string);
            let again = written.as_deref().and_then(ChatTarget::parse);
            assert_eq!(again, expected, "{text}: {written:?}");
        }
    }
}
