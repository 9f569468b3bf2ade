//! How clients name a chat: `me`, a username, a link, a phone number or an id in any form.

use crate::model::ChatId;

/// A chat as a client named it, told apart by form alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChatTarget {
    /// The account's own Saved Messages.
    Me,
    /// A username without `@`, in the caller's spelling.
    Username(String),
    /// A phone number: digits only, without `+`.
    Phone(String),
    /// A marked id: negative, or positive and above any phone number's doubt.
    Marked(ChatId),
    /// Digits alone: a user id, a bare group or channel id, or a phone number.
    Bare(i64),
    /// The hash of an invite link.
    Invite(String),
}

/// Phone numbers have up to 15 digits (E.164), and every id has fewer.
const LARGEST_NUMBER: i64 = 999_999_999_999_999;

/// Nothing is marked lower. Source: <https://core.telegram.org/api/bots/ids>.
const SMALLEST_MARKED: i64 = -4_000_000_000_000;

impl ChatTarget {
    /// Reads a client's text. `None` when it has none of the forms.
    ///
    /// Links of `t.me` and `telegram.me` (with or without scheme) and `tg://` links lead to
    /// usernames, phone numbers, ids and invites.
    /// Source: <https://core.telegram.org/api/links>.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("me") || text.eq_ignore_ascii_case("self") {
            return Some(Self::Me);
        }
        if let Some(digits) = text.strip_prefix('+') {
            return phone(digits);
        }
        if let Ok(id) = text.parse::<i64>() {
            return match id {
                1..=LARGEST_NUMBER => Some(Self::Bare(id)),
                SMALLEST_MARKED..=-1 => Some(Self::Marked(ChatId(id))),
                _ => None,
            };
        }
        match link(text) {
            Some(path) => linked(path),
            None => username(text).map(Self::Username),
        }
    }
}

fn phone(digits: &str) -> Option<ChatTarget> {
    let digits: String = digits
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect();
    let plausible = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then_some(ChatTarget::Phone(digits))
}

/// A link without its scheme and host.
#[derive(Clone, Copy)]
enum Link<'a> {
    /// The path of a link of `t.me`.
    Public(&'a str),
    /// What follows `tg://`.
    App(&'a str),
}

fn link(text: &str) -> Option<Link<'_>> {
    if let Some(rest) = text.strip_prefix("tg://") {
        return Some(Link::App(rest));
    }
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or(text);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    ["t.me/", "telegram.me/", "telegram.dog/"]
        .into_iter()
        .find_map(|host| rest.strip_prefix(host))
        .map(Link::Public)
}

fn linked(link: Link<'_>) -> Option<ChatTarget> {
    match link {
        Link::App(rest) => {
            let (action, query) = rest.split_once('?')?;
            let value = |name: &str| {
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                pairs
                    .clone()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value)
            };
            match action {
                "resolve" => match value("domain") {
                    Some(name) => username(name).map(ChatTarget::Username),
                    None => phone(value("phone")?),
                },
                "user" => bare(value("id")?).map(|id| ChatTarget::Marked(ChatId::user(id))),
                "join" => invite(value("invite")?),
                _ => None,
            }
        }
        Link::Public(path) => {
            let mut parts = path.split(['/', '?', '#']);
            match parts.next()? {
                "joinchat" => invite(parts.next()?),
                // A private channel: its id, then the number of a message.
                "c" => bare(parts.next()?).map(|id| ChatTarget::Marked(ChatId::channel(id))),
                first => match first.strip_prefix('+') {
                    Some(rest) => phone(rest).or_else(|| invite(rest)),
                    None => username(first).map(ChatTarget::Username),
                },
            }
        }
    }
}

/// Ids of users and channels stay below this.
const LARGEST_BARE: i64 = 1 << 40;

fn bare(text: &str) -> Option<i64> {
    let id = text.parse().ok()?;
    (1..LARGEST_BARE).contains(&id).then_some(id)
}

fn invite(hash: &str) -> Option<ChatTarget> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let valid = (4..=64).contains(&hash.len()) && hash.bytes().all(plain);
    valid.then(|| ChatTarget::Invite(hash.to_owned()))
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
    fn every_form_of_a_chat_is_told_apart() {
        let name = |n: &str| Some(ChatTarget::Username(n.to_owned()));
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
            (
                "999999999999999",
                Some(ChatTarget::Bare(999_999_999_999_999)),
            ),
            ("1000000000000000", None),
            ("9223372036854775807", None),
            ("-4000000000001", None),
            ("-9223372036854775808", None),
            ("@", None),
            ("1bob", None),
            ("no such name!", None),
            ("+12ab", None),
        ] {
            assert_eq!(ChatTarget::parse(text), expected, "{text}");
        }
    }
}
