//! However a path is spelled, the gate takes it for the route that the router matches.
//!
//! Owns the drawing of spellings and the comparison with what the plain one is answered. The
//! number of spellings is `HUB_TEST_SPELLINGS`.

#![expect(
    clippy::print_stdout,
    reason = "how many spellings were tried is what a long run is for"
)]

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::http::{Answer, Client};
use crate::support::hub::{Options, TestHub};
use crate::support::raw::raw;
use futures_util::StreamExt as _;
use local_dc::dc::{Dc, DcOptions};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use std::collections::BTreeMap;

const HUB_KEY: &str = "the-key-of-this-hub";
const TOOLS_KEY: &str = "the-key-of-the-tools";
/// How many are drawn unless the environment says otherwise.
const SPELLINGS: usize = 4_000;
/// Requests under way at a time.
const AT_A_TIME: usize = 16;

/// Routes that the document does not name.
const OTHERS: [(&str, &str); 10] = [
    ("POST", "/mcp"),
    ("POST", "/mcp/"),
    ("GET", "/mcp"),
    ("GET", "/docs"),
    ("GET", "/docs/"),
    ("GET", "/docs/index.html"),
    ("GET", "/docs/swagger-ui.css"),
    ("GET", "/api"),
    ("GET", "/api/nothing"),
    ("GET", "/nowhere"),
];

/// One way to write a path otherwise.
#[derive(Clone, Debug)]
enum Change {
    /// Percent-encodes the bytes that are chosen.
    Encode { chosen: Vec<bool>, lower: bool },
    /// Encodes the percent signs that are there, and all else that is chosen.
    EncodeTwice(Vec<bool>),
    /// Turns the case of the letters that are chosen.
    Case(Vec<bool>),
    /// Puts a text before one of the slashes.
    Insert(Index, &'static str),
    /// Puts a text before all.
    Before(&'static str),
    /// Puts a text after all.
    After(&'static str),
}

const INSERTED: [&str; 11] = [
    "/",
    "//",
    "/.",
    "/x/..",
    "/%2e",
    "/x/%2e%2e",
    "/..",
    "\\",
    "%2f",
    ";x",
    "%c0%af",
];
const BEFORE: [&str; 12] = [
    "/",
    "/.",
    "/docs/..",
    "/docs/%2e%2e",
    "/docs%2f..",
    "/health/..",
    "/healthz/..",
    "/api/..",
    "/mcp/..",
    "/openapi.json/..",
    "/docs",
    "http:",
];
const AFTER: [&str; 16] = [
    "/",
    "//",
    "/.",
    "/..",
    "/../health",
    "/%2e%2e/docs/",
    ";x",
    ";/docs/",
    "?x",
    "?x=/health",
    "#",
    "#/docs/",
    "%00",
    "%20",
    "%3f",
    ".json",
];
/// What stands before the path in absolute form.
const FORMS: [&str; 7] = [
    "",
    "",
    "",
    "http://localhost",
    "https://localhost:80",
    "HTTP://LOCALHOST",
    "http://x@localhost",
];

fn choice() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(any::<bool>(), 64)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (choice(), any::<bool>()).prop_map(|(chosen, lower)| Change::Encode { chosen, lower }),
        2 => choice().prop_map(Change::EncodeTwice),
        2 => choice().prop_map(Change::Case),
        2 => (any::<Index>(), select(&INSERTED[..])).prop_map(|(at, text)| Change::Insert(at, text)),
        1 => select(&BEFORE[..]).prop_map(Change::Before),
        2 => select(&AFTER[..]).prop_map(Change::After),
    ]
}

impl Change {
    fn apply(&self, path: &str) -> String {
        match self {
            Self::Encode { chosen, lower } => encoded(path, chosen, *lower),
            Self::EncodeTwice(chosen) => encoded(path, chosen, false).replace('%', "%25"),
            Self::Case(chosen) => {
                let turned = path.chars().zip(chosen.iter().cycle());
                turned
                    .map(|(c, turn)| match (turn, c.is_ascii_lowercase()) {
                        (false, _) => c,
                        (true, true) => c.to_ascii_uppercase(),
                        (true, false) => c.to_ascii_lowercase(),
                    })
                    .collect()
            }
            Self::Insert(at, text) => {
                let slashes: Vec<_> = path.match_indices('/').map(|(at, _)| at).collect();
                if slashes.is_empty() {
                    return path.to_owned();
                }
                let (before, after) = path.split_at(*at.get(&slashes));
                format!("{before}{text}{after}")
            }
            Self::Before(text) => format!("{text}{path}"),
            Self::After(text) => format!("{path}{text}"),
        }
    }
}

/// The first byte stays: a target starts with a slash.
fn encoded(path: &str, chosen: &[bool], lower: bool) -> String {
    let mut text = String::new();
    for (at, (byte, encode)) in path.bytes().zip(chosen.iter().cycle()).enumerate() {
        match (at > 0 && *encode && byte != b'%', lower) {
            (false, _) => text.push(char::from(byte)),
            (true, true) => text.extend(format!("%{byte:02x}").chars()),
            (true, false) => text.extend(format!("%{byte:02X}").chars()),
        }
    }
    text
}

/// A hub, and what a caller shows who is not to get everything.
struct Case<'a> {
    name: &'static str,
    client: &'a Client,
    shown: Option<&'static str>,
    /// What each plain route answers.
    plain: BTreeMap<(String, String), Answer>,
}

impl Case<'_> {
    async fn ask(&self, method: &str, target: &str) -> Result<Answer, Box<dyn std::error::Error>> {
        let mut headers = vec![("Host", "localhost"), ("Content-Length", "8")];
        let bearer = self.shown.map(|key| format!("Bearer {key}"));
        headers.extend(bearer.iter().map(|shown| ("Authorization", shown.as_str())));
        raw(
            self.client,
            &format!("{method} {target}"),
            &headers,
            b"not json",
        )
        .await
    }

    /// Below which paths the caller may know that nothing is there.
    fn open(&self) -> &'static [&'static str] {
        match self.shown {
            Some(_) => &["/docs", "/api", "/mcp"],
            None => &["/docs"],
        }
    }

    /// Fails if a spelling is answered more than the plain path.
    fn judge(&self, method: &str, path: &str, target: &str, answer: &Answer) {
        let plain = &self.plain[&(method.to_owned(), path.to_owned())];
        let place = format!("{}: {method} {target} for {path}: {answer:?}", self.name);
        let code = answer.header("x-error-code");
        let refused = match answer.status {
            // The server itself has refused what is no request.
            400 => code.is_empty(),
            401 | 403 => ["invalid_key", "host_not_allowed"].contains(&code),
            // Below what is open to this caller nothing is there.
            404 | 405 => {
                let read = percent_decode_str(target).decode_utf8_lossy();
                ["not_found", "method_not_allowed"].contains(&code)
                    && self.open().iter().any(|root| read.contains(root))
            }
            _ => false,
        };
        if is_refused(plain) {
            assert!(refused, "{place}");
        } else if answer.status < 300 && path != "/nowhere" {
            let same = answer.header("content-type") == plain.header("content-type");
            assert!(
                same || answer.header("content-type") == "text/html",
                "{place}"
            );
        }
    }
}

fn is_refused(answer: &Answer) -> bool {
    answer.header("x-error-code") == "invalid_key"
}

/// Every route as a method and a path.
fn routes(document: &Value) -> Vec<(String, String)> {
    let mut routes: Vec<_> = OTHERS
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let path = path
            .replace("{session_id}", "nobody")
            .replace("{message_id}", "1");
        let methods = item.as_object().into_iter().flatten();
        routes.extend(methods.map(|(method, _)| (method.to_uppercase(), path.clone())));
    }
    routes
}

async fn hub(
    api_key: Option<&'static str>,
    tools_key: Option<&str>,
) -> Result<TestHub, Box<dyn std::error::Error>> {
    let options = Options {
        api_key,
        flags: tools_key
            .map(|key| format!("--tools-key={key}"))
            .into_iter()
            .collect(),
        ..Options::default()
    };
    TestHub::start_with(TestDb::sqlite()?, Dc::start(DcOptions::default())?, options).await
}

/// What callers with the lesser key, or none, are answered at the plain paths.
async fn cases<'a>(
    hubs: [(&'static str, &'a TestHub, Option<&'static str>); 4],
    routes: &[(String, String)],
) -> Result<Vec<Case<'a>>, Box<dyn std::error::Error>> {
    let mut cases = Vec::new();
    for (name, hub, shown) in hubs {
        let mut case = Case {
            name,
            client: &hub.client,
            shown,
            plain: BTreeMap::new(),
        };
        for (method, path) in routes {
            let answer = case.ask(method, path).await?;
            case.plain.insert((method.clone(), path.clone()), answer);
        }
        let refused = case.plain.values().filter(|answer| is_refused(answer));
        let refused = refused.count();
        assert!(refused >= 20, "{name}: {refused} routes ask for a key");
        cases.push(case);
    }
    Ok(cases)
}

/// Methods, plain paths and spellings of them.
fn draw(routes: Vec<(String, String)>) -> Result<Vec<(String, String, String)>, String> {
    let count = std::env::var("HUB_TEST_SPELLINGS").ok();
    let count = count.and_then(|count| count.parse().ok());
    let drawn = (
        select(routes),
        prop::collection::vec(change(), 1..4),
        select(&FORMS[..]),
    );
    let mut runner = TestRunner::new(Config::default());
    (0..count.unwrap_or(SPELLINGS))
        .map(|_| {
            let tree = drawn.new_tree(&mut runner);
            let tree = tree.map_err(|reason| reason.to_string())?;
            let ((method, path), changes, form) = tree.current();
            let target = changes
                .iter()
                .fold(path.clone(), |path, change| change.apply(&path));
            Ok((method, path, format!("{form}{target}")))
        })
        .collect()
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn no_spelling_is_answered_more_than_the_plain_path() -> TestResult {
    let tools_alone = hub(None, Some(TOOLS_KEY)).await?;
    let hub_alone = hub(Some(HUB_KEY), None).await?;
    let both = hub(Some(HUB_KEY), Some(TOOLS_KEY)).await?;
    let routes = routes(&both.client.get("/openapi.json").await?.expect(200));
    assert_eq!(routes.len(), 37 + 15 + 29 + OTHERS.len());
    let hubs = [
        ("HUB_TOOLS_KEY, without a key", &tools_alone, None),
        ("HUB_API_KEY, without a key", &hub_alone, None),
        ("both keys, without a key", &both, None),
        ("both keys, with the tools' own", &both, Some(TOOLS_KEY)),
    ];
    let cases = cases(hubs, &routes).await?;
    let number = routes.len();
    let spellings = draw(routes)?;
    let requests = spellings.iter().zip(cases.iter().cycle());
    let requests = requests.map(|((method, path, target), case)| async move {
        let answer = case.ask(method, target).await;
        let answer = answer.map_err(|error| format!("{method} {target}: {error}"))?;
        case.judge(method, path, target, &answer);
        Ok::<_, String>(answer.status)
    });
    let mut answers = futures_util::stream::iter(requests).buffer_unordered(AT_A_TIME);
    let mut tried: BTreeMap<u16, usize> = BTreeMap::new();
    while let Some(status) = answers.next().await {
        *tried.entry(status?).or_default() += 1;
    }
    drop(answers);
    let count = spellings.len();
    println!("{count} spellings of {number} routes, by the status of the answer: {tried:?}");
    for hub in [tools_alone, hub_alone, both] {
        hub.stop().await?;
    }
    Ok(())
}
