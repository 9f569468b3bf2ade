//! What Telegram's refusals mean to a client.
//!
//! It owns the table from Telegram's names to the hub's codes. Sources: the lists of errors on the
//! pages of the methods that the hub calls, from <https://core.telegram.org/methods>.

use crate::error::Code;

type Meaning = (&'static [&'static str], Code, &'static str);

const MEANINGS: &[Meaning] = &[
    (
        &["PHONE_NUMBER_INVALID"],
        Code::PhoneNumberInvalid,
        "Telegram knows no such phone number",
    ),
    (
        &["PHONE_NUMBER_BANNED"],
        Code::PhoneNumberBanned,
        "Telegram has banned the phone number",
    ),
    (
        &["PHONE_NUMBER_UNOCCUPIED"],
        Code::SignUpRequired,
        "the phone number has no account",
    ),
    (
        &["PHONE_CODE_INVALID", "PHONE_CODE_EMPTY"],
        Code::PhoneCodeInvalid,
        "the code is wrong",
    ),
    (
        &["PHONE_CODE_EXPIRED", "PHONE_CODE_HASH_EMPTY"],
        Code::PhoneCodeExpired,
        "the code has expired; start the login again",
    ),
    (
        &["PASSWORD_HASH_INVALID", "SRP_PASSWORD_CHANGED"],
        Code::PasswordInvalid,
        "the password is wrong",
    ),
    (
        &["API_ID_INVALID", "API_ID_PUBLISHED_FLOOD"],
        Code::ApiIdInvalid,
        "Telegram refuses the api id or api hash",
    ),
    (
        &["PHONE_NUMBER_FLOOD", "PHONE_PASSWORD_FLOOD", "PEER_FLOOD"],
        Code::FloodWait,
        "Telegram limits the account; try again later",
    ),
    (
        &[
            "PEER_ID_INVALID",
            "CHANNEL_INVALID",
            "CHAT_ID_INVALID",
            "USER_ID_INVALID",
            "CHANNEL_PRIVATE",
            "INPUT_USER_DEACTIVATED",
            "USER_NOT_PARTICIPANT",
        ],
        Code::ChatNotFound,
        "the account cannot see that chat",
    ),
    (
        &[
            "MSG_ID_INVALID",
            "MESSAGE_ID_INVALID",
            "REPLY_MESSAGE_ID_INVALID",
        ],
        Code::MessageNotFound,
        "there is no such message in the chat",
    ),
    (
        &[
            "MESSAGE_EMPTY",
            "MESSAGE_TOO_LONG",
            "ENTITY_BOUNDS_INVALID",
            "ENTITIES_TOO_LONG",
        ],
        Code::MessageInvalid,
        "Telegram refuses the text",
    ),
    (
        &[
            "INVITE_HASH_INVALID",
            "INVITE_HASH_EXPIRED",
            "INVITE_HASH_EMPTY",
        ],
        Code::InviteInvalid,
        "the invite link is wrong or has expired",
    ),
    (
        &["MEDIA_CAPTION_TOO_LONG"],
        Code::MessageInvalid,
        "Telegram refuses the caption",
    ),
    (
        &[
            "PHOTO_EXT_INVALID",
            "PHOTO_INVALID",
            "PHOTO_INVALID_DIMENSIONS",
            "PHOTO_SAVE_FILE_INVALID",
            "IMAGE_PROCESS_FAILED",
            "FILE_PARTS_INVALID",
            "FILE_PART_EMPTY",
            "MEDIA_EMPTY",
            "MEDIA_INVALID",
            "MEDIA_GROUPED_INVALID",
        ],
        Code::FileInvalid,
        "Telegram refuses the file",
    ),
    (
        &[
            "CHAT_WRITE_FORBIDDEN",
            "CHAT_ADMIN_REQUIRED",
            "USER_BANNED_IN_CHANNEL",
            "CHAT_RESTRICTED",
            "USER_IS_BLOCKED",
            "YOU_BLOCKED_USER",
            "CHAT_GUEST_SEND_FORBIDDEN",
            "PRIVACY_PREMIUM_REQUIRED",
            "TOPIC_CLOSED",
        ],
        Code::WriteForbidden,
        "the account may not write there",
    ),
];

/// What Telegram answers to an access hash of another account or another time.
/// Source: <https://core.telegram.org/api/errors>.
const OF_HASHES: [&str; 3] = ["PEER_ID_INVALID", "CHANNEL_INVALID", "USER_ID_INVALID"];

/// Whether an error may be the fault of an access hash.
pub fn doubts_hash(name: &str) -> bool {
    OF_HASHES.contains(&name)
}

/// The code of an error of Telegram's, and a sentence that says what is wrong.
pub(super) fn meaning(name: &str) -> (Code, &'static str) {
    let known = MEANINGS.iter().find(|(names, ..)| names.contains(&name));
    match known {
        Some((_, code, sentence)) => (*code, sentence),
        None if name.starts_with("CHAT_SEND_") && name.ends_with("_FORBIDDEN") => {
            (Code::WriteForbidden, "the account may not send that there")
        }
        None => (Code::TelegramError, "Telegram refuses the call"),
    }
}
