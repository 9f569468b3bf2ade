//! The settings of the tools door, and those of the container that it replaces.

use super::*;
use crate::config::{Doors, Flags, Given};
use crate::http::of_doors;
use secrecy::ExposeSecret as _;

const GOOD: &str = "kGm3x-Zq9_wB7tRv";

fn with(texts: &[(&str, &str)]) -> Given {
    let none = Given::new(of_doors());
    let texts = texts.iter();
    texts.fold(none, |given, (name, text)| given.with(name, *text))
}

fn flags(given: Given) -> Flags {
    Flags {
        telegram_api_id: Some("12345".to_owned()),
        telegram_api_hash: Some("0123456789abcdef".into()),
        given,
        ..Flags::default()
    }
}

fn refusal(flags: Flags) -> String {
    let refused = Config::from_flags(flags);
    refused.expect_err("must be refused").to_string()
}

#[test]
fn the_names_of_the_container_before_are_read_as_well() {
    let given = with(&[
        ("TELETHON_AUTH_KEY", GOOD),
        ("TELETHON_FLOOD_SLEEP_THRESHOLD", "5"),
    ]);
    let config = Config::from_flags(Flags {
        telegram_api_id: None,
        telegram_api_hash: None,
        telethon_api_id: Some("7".to_owned()),
        telethon_api_hash: Some("hash".into()),
        telethon_listen: Some("0.0.0.0:8080".to_owned()),
        telethon_session: Some("1Aa".into()),
        ..flags(given)
    })
    .expect("valid");
    assert_eq!(config.telegram.api_id, 7);
    assert_eq!(config.http.listen.to_string(), "0.0.0.0:8080");
    assert_eq!(config.http.doors, Doors::Named(vec!["tools".to_owned()]));
    let patience = ToolsConfig::new(&config).flood_patience;
    assert_eq!(patience, Duration::from_secs(5));
    let key = KEY.of(&config.doors).expect("a key");
    assert_eq!(key.expose_secret(), GOOD);
    let string = config.sessions.import.expect("a session string");
    assert_eq!(string.expose_secret(), "1Aa");
}

#[test]
fn a_key_for_the_tools_lets_only_the_tools_be_reached_from_elsewhere() {
    let tools = |doors: Option<&str>| Flags {
        listen: Some("0.0.0.0:8000".to_owned()),
        doors: doors.map(str::to_owned),
        ..flags(with(&[("HUB_TOOLS_KEY", GOOD)]))
    };
    let config = Config::from_flags(tools(None)).expect("valid");
    assert_eq!(config.http.doors, Doors::Named(vec!["tools".to_owned()]));
    assert!(Config::from_flags(tools(Some("tools"))).is_ok());
    assert!(refusal(tools(Some("hub,tools"))).contains("HUB_API_KEY"));
    let keyless = Flags {
        given: with(&[]),
        ..tools(Some("tools"))
    };
    let told = "or open the door tools alone with HUB_DOORS=tools and HUB_TOOLS_KEY, or listen on \
                127.0.0.1.";
    assert!(refusal(keyless).ends_with(told));
    let both = Flags {
        api_key: Some("another-Zq9_wB7tRv".into()),
        ..tools(None)
    };
    let both = Config::from_flags(both).expect("valid");
    assert_eq!(both.http.doors, Doors::All);
}

#[test]
fn its_key_is_good_and_no_other_and_is_not_blank() {
    let tools = |key| Flags {
        listen: Some("[::]:8000".to_owned()),
        api_key: Some(GOOD.into()),
        ..flags(with(&[("HUB_TOOLS_KEY", key)]))
    };
    assert!(refusal(tools("changeme")).starts_with("HUB_TOOLS_KEY "));
    let same = "HUB_TOOLS_KEY is the same as HUB_API_KEY, but must open the tools door and nothing \
                else: set it to another key, such as `telegram-hub keygen` prints.";
    assert_eq!(refusal(tools(GOOD)), same);
    let blank = Config::from_flags(tools(" ")).expect("valid").warnings;
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
    let values = Config::from_flags(flags(given)).expect("valid").doors;
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
            let sentence = refusal(flags(with(&[(name, value)])));
            assert!(sentence.starts_with(name), "{name}={value}: {sentence}");
            assert!(
                sentence.ends_with('.') && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }
}
