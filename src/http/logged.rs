//! What a request's own words look like in the log, and how many lines they get.
//!
//! Owns the cut of texts and the count of lines that strangers can cause. It must not know what
//! the lines are about.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much of a text is shown.
const LENGTH: usize = 200;
/// How many hexadecimal digits a token has.
const TOKEN: usize = 32;
/// How many lines of one kind are written in a second.
const LINES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);

/// A text of a client as it is logged: its beginning, on one line.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.floor_char_boundary(LENGTH);
        let (shown, rest) = self.0.split_at(end);
        for c in shown.chars() {
            if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() {
                f.write_char(c)?;
            } else {
                write!(f, "{}", c.escape_default())?;
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        write!(f, "… ({} bytes)", self.0.len())
    }
}

/// A path as it is logged: whoever has the token of a login may carry it on, so that what looks like
/// one is left out.
pub(super) fn shown_path(path: &str) -> String {
    let hides = |segment: &str| {
        segment.len() == TOKEN && segment.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let segments = path.split('/');
    let segments = segments.map(|segment| if hides(segment) { "{token}" } else { segment });
    Shown(&segments.collect::<Vec<_>>().join("/")).to_string()
}

/// What lines are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Public pages, read by somebody without a key.
    Anonymous,
    /// Requests that were refused or failed with this status.
    Refused(u16),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("answered without a key"),
            Self::Refused(status) => write!(f, "answered {status}"),
        }
    }
}

/// The lines of the running second.
struct Window {
    since: Instant,
    lines: u32,
    left_out: u64,
}

/// Lets some lines of each kind through in a second and counts the others.
#[derive(Default)]
pub(super) struct Sampler(Mutex<BTreeMap<Kind, Window>>);

impl Sampler {
    /// Whether a line may be written.
    pub(super) fn lets_through(&self, kind: Kind, now: Instant) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(kind).or_insert(Window {
            since: now,
            lines: 0,
            left_out: 0,
        });
        let left_out = window.turn(now);
        let through = window.lines < LINES;
        if through {
            window.lines += 1;
        } else {
            window.left_out += 1;
        }
        drop(windows);
        tell(kind, left_out);
        through
    }

    /// Says what was left out of kinds that have ceased. Called from time to time.
    pub(super) fn sweep(&self, now: Instant) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told: Vec<_> = windows
            .iter_mut()
            .map(|(kind, window)| (*kind, window.turn(now)))
            .collect();
        drop(windows);
        for (kind, left_out) in told {
            tell(kind, left_out);
        }
    }
}

impl Window {
    /// Begins the next second when its time has come; how many lines the last one left out.
    fn turn(&mut self, now: Instant) -> u64 {
        if now.duration_since(self.since) < WINDOW {
            return 0;
        }
        self.since = now;
        self.lines = 0;
        std::mem::take(&mut self.left_out)
    }
}

fn tell(kind: Kind, left_out: u64) {
    if left_out > 0 {
        log::info!(
            target: "telegram_hub::access", left_out = left_out;
            "left {left_out} lines out about requests {kind}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_login_is_left_out_of_a_path() {
        let token = "0123456789abcdef0123456789ABCDEF";
        for (path, shown) in [
            (
                format!("/login/qr/{token}/image"),
                "/login/qr/{token}/image",
            ),
            (format!("/login/qr/{token}"), "/login/qr/{token}"),
            (
                format!("/session/{token}0/status"),
                "/session/0123456789abcdef0123456789ABCDEF0/status",
            ),
            ("/session/a\tb".to_owned(), "/session/a\\tb"),
        ] {
            assert_eq!(shown_path(&path), shown);
        }
    }

    #[test]
    fn a_text_is_cut_and_stays_on_its_line() {
        for (text, shown) in [
            ("/sessions", "/sessions"),
            ("/a b/%0a/ü", "/a b/%0a/ü"),
            ("a\nb\u{1b}[0m\u{202e}c", "a\\nb\\u{1b}[0m\\u{202e}c"),
        ] {
            assert_eq!(Shown(text).to_string(), shown);
        }
        let long = "ü".repeat(40_000);
        let shown = Shown(&long).to_string();
        assert_eq!(shown, format!("{}… (80000 bytes)", "ü".repeat(100)));
    }

    #[test]
    fn a_kind_gets_some_lines_a_second_and_counts_the_others() {
        let (sampler, start) = (Sampler::default(), Instant::now());
        let through = |kind, second| {
            let now = start + Duration::from_secs(second);
            (0..1000)
                .filter(|_| sampler.lets_through(kind, now))
                .count()
        };
        assert_eq!(through(Kind::Refused(404), 0), 10);
        assert_eq!(through(Kind::Refused(401), 0), 10);
        assert_eq!(through(Kind::Refused(404), 0), 0);
        assert_eq!(through(Kind::Refused(404), 1), 10);
        sampler.sweep(start + Duration::from_secs(2));
        let left = sampler.0.lock().expect("whole");
        assert!(left.values().all(|window| window.left_out == 0));
    }
}
