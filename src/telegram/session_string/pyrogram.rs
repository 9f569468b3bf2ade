//! Pyrogram's strings: in base64 the data centre, the application, the key and the account.
//!
//! It owns this form and the two before it, which are only read. Source: `Storage` of Pyrogram 2 and
//! Kurigram.

use super::bytes::{self, Bytes, UNPADDED};
use super::{MissingField, SessionString, SessionStringError};
use crate::model::StringKind;
use secrecy::SecretString;

/// Data centre, application, test mode, key, user, bot.
const TODAY: usize = bytes::characters(1 + 4 + 1 + 256 + 8 + 1);
/// Data centre, test mode, key, user in 64 bits, bot.
const WITHOUT_APPLICATION: usize = bytes::characters(1 + 1 + 256 + 8 + 1);
/// The same with the user in 32 bits.
const OLDEST: usize = bytes::characters(1 + 1 + 256 + 4 + 1);

pub(super) fn is_length(characters: usize) -> bool {
    [TODAY, WITHOUT_APPLICATION, OLDEST].contains(&characters)
}

pub(super) fn parse(text: &str) -> Result<SessionString, SessionStringError> {
    let form = text.len();
    if !is_length(form) {
        return Err(SessionStringError::Length {
            kind: StringKind::Pyrogram,
            characters: text.chars().count(),
        });
    }
    let mut bytes = Bytes::decode(text)?;
    let dc_id = bytes.dc_id()?;
    let api_id = if form == TODAY {
        Some(number(u32::from_be_bytes(bytes.take()), "the application")?)
    } else {
        None
    };
    let test_mode = bytes.flag("the test mode")?;
    let auth_key = bytes.auth_key()?;
    let user_id = if form == OLDEST {
        u32::from_be_bytes(bytes.take()).into()
    } else {
        u64::from_be_bytes(bytes.take())
    };
    let user_id = number(user_id, "the user")?;
    Ok(SessionString {
        dc_id,
        address: None,
        auth_key,
        user_id: Some(user_id),
        is_bot: Some(bytes.flag("the bot")?),
        api_id,
        test_mode: Some(test_mode),
    })
}

/// Telegram's numbers have a sign, and are above zero.
fn number<T, U: TryFrom<T> + Default + PartialOrd>(
    number: T,
    field: &'static str,
) -> Result<U, SessionStringError> {
    let number = U::try_from(number)
        .ok()
        .filter(|number| *number > U::default());
    number.ok_or(SessionStringError::Number { field })
}

/// `test_mode` is off where it is not known.
pub(super) fn format(session: &SessionString) -> Result<SecretString, MissingField> {
    let missing = |field| MissingField {
        kind: StringKind::Pyrogram,
        field,
    };
    let api_id = session.api_id.ok_or(missing("the application's id"))?;
    let user_id = session.user_id.ok_or(missing("the account's id"))?;
    let is_bot = session
        .is_bot
        .ok_or(missing("to know whether it is a bot"))?;
    let parts: [&[u8]; 6] = [
        &[session.dc_id],
        &api_id.to_be_bytes(),
        &[session.test_mode.unwrap_or_default().into()],
        &*session.auth_key,
        &user_id.to_be_bytes(),
        &[is_bot.into()],
    ];
    Ok(bytes::encode("", &UNPADDED, &parts))
}
