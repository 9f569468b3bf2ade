//! The data centre's clock: Unix time as MTProto wants it, whole seconds and message ids.
//!
//! It owns nothing but the conversion. It must not know sessions: that ids increase is theirs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Unix time in whole seconds.
pub(super) fn unix_seconds() -> i64 {
    i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX)
}

/// Unix time in whole seconds, as TL's `int` carries it.
pub(super) fn unix_int() -> i32 {
    i32::try_from(unix_seconds()).unwrap_or(i32::MAX)
}

/// The smallest message id of this moment: Unix time times 2^32, divisible by four.
///
/// Source: <https://core.telegram.org/mtproto/description#message-identifier-msg-id>.
pub(super) fn message_id_now() -> i64 {
    let now = since_epoch();
    let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
    let id = (now.as_secs() << 32) | (fraction & 0xffff_fffc);
    i64::try_from(id).unwrap_or(i64::MAX & !3)
}

/// The Unix time in seconds that a message id claims.
pub(super) const fn seconds_of(message_id: i64) -> i64 {
    message_id >> 32
}
