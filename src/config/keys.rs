//! Whether the keys that clients show are good enough, and what is to be said of those that are
//! not, or not there.
//!
//! Owns the measure of a key. It must not know how a key is compared or carried.

use crate::config::http::API_KEY;
use crate::config::store::MASTER_KEY;
use crate::config::{ConfigError, Given, HttpConfig};
use secrecy::ExposeSecret;

/// A shorter key can be guessed.
const LEAST_LENGTH: usize = 16;
/// A random key of that length has more different characters but once in thousands.
const LEAST_DISTINCT: usize = 6;
/// What may be left of a key once its known words, digits and marks are taken out.
const LEAST_UNKNOWN: usize = 5;

/// What people write where a key belongs, longer words before their parts. The names of the doors
/// are others.
const KNOWN_WORDS: [&str; 47] = [
    "qwertyuiop",
    "asdfghjkl",
    "changeme",
    "password",
    "passwort",
    "passwd",
    "yourkey",
    "replace",
    "telegram",
    "telethon",
    "zxcvbnm",
    "default",
    "example",
    "letmein",
    "welcome",
    "trustno",
    "insert",
    "secret",
    "qwerty",
    "please",
    "change",
    "apikey",
    "sample",
    "master",
    "docker",
    "super",
    "admin",
    "token",
    "hello",
    "guest",
    "local",
    "this",
    "with",
    "your",
    "test",
    "user",
    "pass",
    "here",
    "root",
    "demo",
    "key",
    "the",
    "hub",
    "api",
    "my",
    "me",
    "dev",
];

/// Why a key can be guessed, if it can.
fn weakness(key: &str, doors: &[&str]) -> Option<&'static str> {
    let mut distinct: Vec<_> = key.bytes().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if is_known(key, doors) {
        Some("is made of words that are tried first")
    } else if key.len() < LEAST_LENGTH {
        Some("is shorter than 16 characters")
    } else if distinct.len() < LEAST_DISTINCT || repeats(key.as_bytes()) {
        Some("repeats the same few characters")
    } else if is_sequence(key.as_bytes()) {
        Some("is a row of characters in their order")
    } else {
        None
    }
}

/// Whether a key has letters, and hardly any beside those of known words.
fn is_known(key: &str, doors: &[&str]) -> bool {
    let letters: String = key.chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_lowercase();
    let mut rest = letters.clone();
    for word in KNOWN_WORDS.iter().chain(doors) {
        rest = rest.replace(word, "");
    }
    !letters.is_empty() && rest.len() < LEAST_UNKNOWN && rest.len() * 3 < letters.len()
}

/// Whether it is one piece again and again.
fn repeats(key: &[u8]) -> bool {
    (1..=key.len() / 2).any(|length| {
        let piece = key.iter().cycle().skip(length);
        key.iter()
            .zip(piece)
            .take(key.len() - length)
            .all(|(a, b)| a == b)
    })
}

/// Whether nearly every character follows on the one before it.
fn is_sequence(key: &[u8]) -> bool {
    let pairs = key.iter().zip(key.iter().skip(1));
    let near = pairs.filter(|(a, b)| a.abs_diff(**b) <= 1).count();
    near * 4 >= key.len() * 3
}

/// Refuses keys that can be guessed from elsewhere, and the hub's key under another name.
///
/// # Errors
/// A sentence that names the setting and says what to set.
pub(super) fn check(http: &HttpConfig, given: &Given) -> Result<Vec<String>, ConfigError> {
    let hub = http.api_key.as_ref().map(ExposeSecret::expose_secret);
    let mut keys = vec![(API_KEY.name, hub)];
    for of_door in given.keys() {
        let (name, door) = (of_door.name, of_door.door);
        let key = of_door.key.map(ExposeSecret::expose_secret);
        if hub.is_some() && hub == key {
            return Err(ConfigError::setting(format!(
                "{name} is the same as HUB_API_KEY, but must open the {door} door and nothing \
                 else: set it to another key, such as `telegram-hub keygen` prints.",
            )));
        }
        keys.push((name, key));
    }
    let doors: Vec<_> = given.doors().collect();
    let mut warnings = Vec::new();
    for (name, key) in keys {
        let Some(why) = key.and_then(|key| weakness(key, &doors)) else {
            continue;
        };
        if !http.listen.ip().is_loopback() {
            return Err(ConfigError::setting(format!(
                "{name} {why}, and HUB_LISTEN={} can be reached from other machines: set it to \
                 what `telegram-hub keygen` prints.",
                http.listen
            )));
        }
        warnings.push(format!(
            "{name} {why} and can be guessed: set it to what `telegram-hub keygen` prints"
        ));
    }
    Ok(warnings)
}

/// What whoever starts the hub should know of keys that are not there.
pub(super) fn absent(written: &Given, http: &HttpConfig) -> Vec<String> {
    let master = written.is_blank(MASTER_KEY.name).then_some(MASTER_KEY.name);
    let blank_keys = written.blank_keys().chain(master);
    let mut warnings: Vec<_> = blank_keys
        .map(|name| format!("{name} is set but blank, which means no key"))
        .collect();
    if http.api_key.is_some() {
        return warnings;
    }
    let is_blank = written.is_blank(API_KEY.name);
    let how = if is_blank {
        "HUB_API_KEY is set but blank, which means no key"
    } else {
        "HUB_API_KEY is not set"
    };
    // Beyond loopback only doors with a key of their own are open.
    if http.listen.ip().is_loopback() {
        warnings.push(format!(
            "{how}: every user and every program of this machine can use all accounts"
        ));
        if !http.allowed_hosts.is_empty() {
            warnings.push(format!(
                "HUB_ALLOWED_HOSTS is set and no HUB_API_KEY: whoever reaches this hub as {} can \
                 use all accounts, over a proxy from anywhere",
                http.allowed_hosts.join(" or ")
            ));
        }
    } else if is_blank {
        warnings.push(how.to_owned());
    }
    warnings
}

#[cfg(test)]
mod tests;
