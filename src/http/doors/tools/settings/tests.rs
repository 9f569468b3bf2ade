//! The settings of the tools door, and those of the container that it replaces.

use super::*;
use crate::config::{Doors, Given};
use crate::http::of_doors;
use secrecy::ExposeSecret as _;

const GOOD: &str = "kGm3x-Zq9_wB7tRv";

/// The least that has to be set, and these.
fn with(texts: &[(&str, &str)]) -> Given {
    let needed = Given::new(of_doors())
        .with("TELEGRAM_API_ID", "12345")
        .with("TELEGRAM_API_HASH", "0123456789abcdef");
    let texts = texts.iter();
    texts.fold(needed, |given, (name, text)| given.with(name, *text))
}

fn refusal(given: &Given) -> String {
    let refused = Config::from_given(given);
    refused.expect_err("must be refused").to_string()
}

#[test]
fn the_names_of_the_container_before_are_read_as_well() {
    let given = with(&[
        ("TELETHON_AUTH_KEY", GOOD),
        ("TELETHON_FLOOD_SLEEP_THRESHOLD", "5"),
        ("TELEGRAM_API_ID", ""),
        ("TELEGRAM_API_HASH", ""),
        ("TELETHON_API_ID", "7"),
        ("TELETHON_API_HASH", "hash"),
        ("TELETHON_HTTP_LISTEN_ADDRESS", "0.0.0.0:8080"),
        ("TELETHON_SESSION", "1Aa"),
    ]);
    let config = Config::from_given(&given).expect("valid");
    assert_eq!(config.telegram.api_id, 7);
    assert_eq!(config.http.listen.to_string(), "0.0.0.0:8080");
    assert_eq!(config.http.doors, Doors::Named(vec!["tools".to_owned()]));
    let patience = ToolsConfig::new(&config).flood_patience;
    assert_eq!(patience, Duration::from_secs(5));
    let key = KEY.of(&config.values).expect("a key");
    assert_eq!(key.expose_secret(), GOOD);
    let string = config.sessions.import.expect("a session string");
    assert_eq!(string.expose_secret(), "1Aa");
}

#[test]
fn a_key_for_the_tools_lets_only_the_tools_be_reached_from_elsewhere() {
    let tools = |doors: &str| {
        with(&[
            ("HUB_LISTEN", "0.0.0.0:8000"),
            ("HUB_DOORS", doors),
            ("HUB_TOOLS_KEY", GOOD),
        ])
    };
    let config = Config::from_given(&tools("")).expect("valid");
    assert_eq!(config.http.doors, Doors::Named(vec!["tools".to_owned()]));
    assert!(Config::from_given(&tools("tools")).is_ok());
    assert!(refusal(&tools("hub,tools")).contains("HUB_API_KEY"));
    let keyless = tools("tools").with("HUB_TOOLS_KEY", "");
    let told = "or open the door tools alone with HUB_DOORS=tools and HUB_TOOLS_KEY, or listen on \
                127.0.0.1.";
    assert!(refusal(&keyless).ends_with(told));
    let both = tools("").with("HUB_API_KEY", "another-Zq9_wB7tRv");
    let both = Config::from_given(&both).expect("valid");
    assert_eq!(both.http.doors, Doors::All);
}

#[test]
fn its_key_is_good_and_no_other_and_is_not_blank() {
    let tools = |key| {
        with(&[
            ("HUB_LISTEN", "[::]:8000"),
            ("HUB_API_KEY", GOOD),
            ("HUB_TOOLS_KEY", key),
        ])
    };
    assert!(refusal(&tools("changeme")).starts_with("HUB_TOOLS_KEY "));
    let same = "HUB_TOOLS_KEY is the same as HUB_API_KEY, but must open the tools door and nothing \
                else: set it to another key, such as `telegram-hub keygen` prints.";
    assert_eq!(refusal(&tools(GOOD)), same);
    let blank = Config::from_given(&tools(" ")).expect("valid").warnings;
    assert_eq!(
        blank,
        ["HUB_TOOLS_KEY is set but blank, which means no key"]
    );
}

#[test]
fn lists_of_chats_are_split_and_checked() {
    let given = with(&[
        ("HUB_TOOLS_READ_CHATS", "@bob, -1001234567890,,me"),
        ("HUB_TOOLS_READ_ONLY", "yes"),
    ]);
    let values = Config::from_given(&given).expect("valid").values;
    assert_eq!(READ_CHATS.of(&values), ["@bob", "-1001234567890", "me"]);
    assert!(WRITE_CHATS.of(&values).is_empty());
    assert!(READ_ONLY.of(&values));
}

#[test]
fn a_wrong_value_is_refused_in_a_sentence_that_names_the_setting() {
    for (name, values) in [
        ("HUB_TOOLS_FLOOD_SLEEP", &["-1", "601", "1m"][..]),
        ("HUB_TOOLS_READ_ONLY", &["maybe", "2"]),
        ("HUB_TOOLS_WRITE_CHATS", &["bob,not a chat", "0"]),
        (
            "HUB_TOOLS_ALLOWED_ORIGINS",
            &["agent.example", "https://", "https://a.example/page"],
        ),
        ("HUB_TOOLS_MAX_UPLOAD_BYTES", &["0", "2147483649", "1M"]),
    ] {
        for value in values {
            let sentence = refusal(&with(&[(name, value)]));
            assert!(sentence.starts_with(name), "{name}={value}: {sentence}");
            assert!(
                sentence.ends_with('.') && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }
}
