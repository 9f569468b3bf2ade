//! Telethon's strings: `1`, and in base64 the data centre, its address, its port and the key.
//!
//! It owns this form. Source: `telethon.sessions.StringSession` of Telethon 1.

use super::bytes::{self, Bytes, PADDED};
use super::{MissingField, SessionString, SessionStringError};
use crate::model::StringKind;
use secrecy::SecretString;
use std::net::{IpAddr, SocketAddr};

const VERSION: &str = "1";

/// The bytes but for the address: data centre, port and key.
const FIXED: usize = 1 + 2 + 256;
const IPV4: usize = bytes::characters(FIXED + 4);
const IPV6: usize = bytes::characters(FIXED + 16);

/// Whether a string with its version may be one.
pub(super) fn is_length(characters: usize) -> bool {
    characters == VERSION.len() + IPV4 || characters == VERSION.len() + IPV6
}

pub(super) fn parse(text: &str) -> Result<SessionString, SessionStringError> {
    let encoded = text
        .strip_prefix(VERSION)
        .ok_or(SessionStringError::Version)?;
    if !is_length(text.len()) {
        return Err(SessionStringError::Length {
            kind: StringKind::Telethon,
            characters: text.chars().count(),
        });
    }
    let mut bytes = Bytes::decode(encoded)?;
    let dc_id = bytes.dc_id()?;
    let ip = if encoded.len() == IPV4 {
        IpAddr::from(bytes.take::<4>())
    } else {
        IpAddr::from(bytes.take::<16>())
    };
    let port = u16::from_be_bytes(bytes.take());
    if port == 0 {
        return Err(SessionStringError::Port);
    }
    Ok(SessionString {
        dc_id,
        address: Some(SocketAddr::new(ip, port)),
        auth_key: bytes.auth_key()?,
        user_id: None,
        is_bot: None,
        api_id: None,
        test_mode: None,
    })
}

pub(super) fn format(session: &SessionString) -> Result<SecretString, MissingField> {
    let address = session.address.ok_or(MissingField {
        kind: StringKind::Telethon,
        field: "the address of the data centre",
    })?;
    let (ipv4, ipv6);
    let ip: &[u8] = match address.ip() {
        IpAddr::V4(ip) => {
            ipv4 = ip.octets();
            &ipv4
        }
        IpAddr::V6(ip) => {
            ipv6 = ip.octets();
            &ipv6
        }
    };
    let port = address.port().to_be_bytes();
    let parts = [&[session.dc_id], ip, &port, &*session.auth_key];
    Ok(bytes::encode(VERSION, &PADDED, &parts))
}
