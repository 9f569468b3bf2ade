//! The door for callers who bring an account's session string with each request.

mod clients;
mod errors;
mod logins;
mod reading;
mod sessions;
mod strangers;
mod traces;
mod workflow;

use super::scripted;
use crate::support::http::{Answer, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::Dc;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use std::net::SocketAddr;
use telegram_hub::model::StringKind;
use telegram_hub::telegram::SessionString;

type Failure = Box<dyn std::error::Error>;

const API_ID: &str = "12345678";
const API_HASH: &str = "fedcba9876543210fedcba9876543210";

/// A string of Telethon for an account, logged in with a key of its own.
fn string_for(dc: &Dc, account: &str) -> Result<String, Failure> {
    let key = scripted(dc.log_in(account))?;
    written(key, dc.addr())
}

/// The string of a key, with any address of its data centre.
fn written(key: [u8; 256], address: SocketAddr) -> Result<String, Failure> {
    let string = SessionString {
        dc_id: 2,
        address: Some(address),
        auth_key: zeroize::Zeroizing::new(key),
        user_id: None,
        is_bot: None,
        api_id: None,
        test_mode: None,
    };
    let written = string.format(StringKind::Telethon);
    Ok(written
        .map_err(|missing| missing.to_string())?
        .expose_secret()
        .to_owned())
}

/// Asks as a client of the original does: all that it sends is text.
async fn get(hub: &TestHub, path: &str, string: &str) -> Result<Answer, Failure> {
    let request = hub.client.request(Method::GET, path);
    read(with(request, string)).await
}

fn with(request: reqwest::RequestBuilder, string: &str) -> reqwest::RequestBuilder {
    request
        .header("X-Api-Id", API_ID)
        .header("X-Api-Hash", API_HASH)
        .header("X-Session-String", string)
}

fn flags(flags: &[&str]) -> Options {
    Options {
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..Options::default()
    }
}
