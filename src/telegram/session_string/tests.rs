//! Strings of the libraries themselves, and any others.

use super::golden::{PYROGRAM, PYROGRAM_32, PYROGRAM_64, TELETHON_IPV4, TELETHON_IPV6};
use super::*;
use base64::Engine as _;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

/// The key in the strings of the libraries.
fn key() -> Zeroizing<[u8; 256]> {
    Zeroizing::new(std::array::from_fn(|place| {
        u8::try_from((place * 7 + 3) % 256).unwrap()
    }))
}

fn of_telethon(dc_id: u8, address: &str) -> SessionString {
    SessionString {
        dc_id,
        address: Some(address.parse().unwrap()),
        auth_key: key(),
        user_id: None,
        is_bot: None,
        api_id: None,
        test_mode: None,
    }
}

fn of_pyrogram(dc_id: u8, api_id: Option<i32>, user_id: i64) -> SessionString {
    SessionString {
        dc_id,
        address: None,
        auth_key: key(),
        user_id: Some(user_id),
        is_bot: Some(dc_id == 5),
        api_id,
        test_mode: Some(dc_id == 1),
    }
}

fn written(session: &SessionString, kind: StringKind) -> String {
    session.format(kind).unwrap().expose_secret().to_owned()
}

#[test]
fn strings_of_telethon_are_read_and_written_as_it_does() {
    for (text, session) in [
        (TELETHON_IPV4, of_telethon(2, "149.154.167.51:443")),
        (TELETHON_IPV6, of_telethon(4, "[2001:67c:4e8:f004::a]:443")),
    ] {
        assert_eq!(
            SessionString::parse(text, StringKind::Telethon),
            Ok(session.clone())
        );
        assert_eq!(written(&session, StringKind::Telethon), text);
        let pasted = format!(" {}\n", text.trim_end_matches('='));
        let read = SessionString::parse_any(&pasted);
        assert_eq!(read, Ok((session, StringKind::Telethon)));
    }
}

#[test]
fn strings_of_pyrogram_are_read_in_all_their_forms() {
    for (text, session) in [
        (PYROGRAM, of_pyrogram(2, Some(12345), 5_123_456_789)),
        (PYROGRAM_64, of_pyrogram(5, None, 5_123_456_789)),
        (PYROGRAM_32, of_pyrogram(1, None, 123_456_789)),
    ] {
        assert_eq!(
            SessionString::parse(text, StringKind::Pyrogram),
            Ok(session.clone())
        );
        let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
        let read = SessionString::parse_any(&padded);
        assert_eq!(read, Ok((session, StringKind::Pyrogram)));
    }
    let session = of_pyrogram(2, Some(12345), 5_123_456_789);
    assert_eq!(written(&session, StringKind::Pyrogram), PYROGRAM);
}

#[test]
fn a_string_that_needs_more_than_is_known_is_not_written() {
    let telethon = of_telethon(2, "149.154.167.51:443");
    let missing = telethon.format(StringKind::Pyrogram).unwrap_err();
    assert_eq!(missing.field, "the application's id");
    let missing = of_pyrogram(2, None, 1)
        .format(StringKind::Telethon)
        .unwrap_err();
    assert_eq!(
        missing.to_string(),
        "a string of Telethon needs the address of the data centre"
    );
}

/// A string of Telethon with some bytes changed.
fn changed(places: std::ops::Range<usize>, value: u8) -> String {
    let encoded = TELETHON_IPV4.strip_prefix('1').unwrap();
    let mut bytes = bytes::PADDED.decode(encoded).unwrap();
    bytes[places].fill(value);
    format!("1{}", bytes::PADDED.encode(bytes))
}

#[test]
fn errors_say_what_is_wrong_and_nothing_of_the_string() {
    let damaged = TELETHON_IPV4.replacen('D', "!", 1);
    let cut = TELETHON_IPV4.get(..300).unwrap();
    for (text, error) in [
        ("", SessionStringError::Version),
        (PYROGRAM, SessionStringError::Version),
        (
            cut,
            SessionStringError::Length {
                kind: StringKind::Telethon,
                characters: 300,
            },
        ),
        (&damaged, SessionStringError::Base64),
        (
            &changed(0..1, 6),
            SessionStringError::DataCentre { dc_id: 6 },
        ),
        (
            &changed(0..1, 0),
            SessionStringError::DataCentre { dc_id: 0 },
        ),
        (&changed(5..7, 0), SessionStringError::Port),
        (&changed(7..263, 0), SessionStringError::NoKey),
    ] {
        let got = SessionString::parse(text, StringKind::Telethon).unwrap_err();
        assert_eq!(got, error);
        assert!(!format!("{got} {got:?}").contains("wMKERgf"), "{got}");
    }
    assert_eq!(
        SessionString::parse_any(cut),
        Err(SessionStringError::Unknown)
    );
    let session = of_telethon(2, "149.154.167.51:443");
    assert!(!format!("{session:?}").contains("auth_key"));
}

#[test]
fn flags_and_numbers_that_cannot_be_are_refused() {
    let with = |place: usize, values: &[u8]| {
        let mut bytes = bytes::UNPADDED.decode(PYROGRAM).unwrap();
        bytes[place..place + values.len()].copy_from_slice(values);
        SessionString::parse(&bytes::UNPADDED.encode(bytes), StringKind::Pyrogram).unwrap_err()
    };
    let number = |field| SessionStringError::Number { field };
    let flag = |field| SessionStringError::Flag { field };
    assert_eq!(with(1, &[0; 4]), number("the application"));
    assert_eq!(with(1, &[255; 4]), number("the application"));
    assert_eq!(with(5, &[2]), flag("the test mode"));
    assert_eq!(with(262, &[0; 8]), number("the user"));
    assert_eq!(with(262, &[255; 8]), number("the user"));
    assert_eq!(with(270, &[7]), flag("the bot"));
}

fn session() -> impl Strategy<Value = SessionString> {
    let account = (1..=i64::MAX, any::<bool>(), 1..=i32::MAX, any::<bool>());
    let key = (prop::collection::vec(any::<u8>(), 255), 1..=u8::MAX);
    (
        1..=5_u8,
        any::<std::net::IpAddr>(),
        1..=u16::MAX,
        account,
        key,
    )
        .prop_map(
            |(dc_id, ip, port, (user_id, is_bot, api_id, test_mode), (mut key, last))| {
                key.push(last);
                SessionString {
                    dc_id,
                    address: Some(SocketAddr::new(ip, port)),
                    auth_key: Zeroizing::new(key.try_into().unwrap()),
                    user_id: Some(user_id),
                    is_bot: Some(is_bot),
                    api_id: Some(api_id),
                    test_mode: Some(test_mode),
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_reads_as_what_it_was(session in session()) {
        let telethon = written(&session, StringKind::Telethon);
        let (read, kind) = SessionString::parse_any(&telethon).unwrap();
        prop_assert_eq!(kind, StringKind::Telethon);
        prop_assert_eq!((read.dc_id, read.address), (session.dc_id, session.address));
        prop_assert_eq!(&read.auth_key, &session.auth_key);
        prop_assert_eq!(written(&read, StringKind::Telethon), telethon);

        let pyrogram = written(&session, StringKind::Pyrogram);
        let (read, kind) = SessionString::parse_any(&pyrogram).unwrap();
        prop_assert_eq!(kind, StringKind::Pyrogram);
        prop_assert_eq!(written(&read, StringKind::Pyrogram), pyrogram);
        prop_assert_eq!(read, SessionString { address: None, ..session });
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), base in "1?[A-Za-z0-9_-]{340,370}=?") {
        for text in [text, base] {
            for kind in [StringKind::Telethon, StringKind::Pyrogram] {
                if let Ok(session) = SessionString::parse(&text, kind) {
                    prop_assert!(DATA_CENTRES.contains(&session.dc_id));
                }
            }
            let _ = SessionString::parse_any(&text).is_ok();
        }
    }
}
