//! The settings of the tools door, and those of the container that it replaces.

use super::*;

const GOOD: &str = "kGm3x-Zq9_wB7tRv";

#[test]
fn the_names_of_the_container_before_are_read_as_well() {
    use secrecy::ExposeSecret as _;
    let config = Config::from_flags(Flags {
        telethon_api_id: text("7"),
        telethon_api_hash: Some("hash".into()),
        telethon_auth_key: Some(GOOD.into()),
        telethon_listen: text("0.0.0.0:8080"),
        telethon_flood_sleep: text("5"),
        telethon_session: Some("1Aa".into()),
        ..Flags::default()
    })
    .expect("valid");
    assert_eq!(config.telegram.api_id, 7);
    assert_eq!(config.http.listen.to_string(), "0.0.0.0:8080");
    assert_eq!(config.http.doors, Doors::Named(vec!["tools".to_owned()]));
    assert_eq!(config.tools.flood_patience, Duration::from_secs(5));
    let key = config.tools.key.expect("a key");
    assert_eq!(key.expose_secret(), GOOD);
    let string = config.tools.import.expect("a session string");
    assert_eq!(string.expose_secret(), "1Aa");
}

#[test]
fn a_key_for_the_tools_lets_only_the_tools_be_reached_from_elsewhere() {
    let tools = |doors: Option<&str>| Flags {
        listen: text("0.0.0.0:8000"),
        tools_key: Some(GOOD.into()),
        doors: doors.map(str::to_owned),
        ..given()
    };
    let config = Config::from_flags(tools(None)).expect("valid");
    assert_eq!(config.http.doors, Doors::Named(vec!["tools".to_owned()]));
    assert!(Config::from_flags(tools(Some("tools"))).is_ok());
    assert!(refusal(tools(Some("hub,tools"))).contains("HUB_API_KEY"));
    let keyless = Flags {
        tools_key: None,
        ..tools(Some("tools"))
    };
    assert!(refusal(keyless).contains("HUB_TOOLS_KEY"));
    let both = Flags {
        api_key: Some("another-Zq9_wB7tRv".into()),
        ..tools(None)
    };
    assert_eq!(
        Config::from_flags(both).expect("valid").http.doors,
        Doors::All
    );
}

#[test]
fn lists_of_chats_are_split_and_checked() {
    let config = Config::from_flags(Flags {
        tools_read_chats: text("@bob, -1001234567890,,me"),
        tools_read_only: text("yes"),
        ..given()
    })
    .expect("valid");
    assert_eq!(config.tools.read_chats, ["@bob", "-1001234567890", "me"]);
    assert!(config.tools.write_chats.is_empty());
    assert!(config.tools.read_only);
}
