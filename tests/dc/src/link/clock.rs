//! Unix time as MTProto's message ids carry it.
//!
//! It owns nothing but the conversion. It must not know sessions: that ids increase is theirs.

use crate::clock::Clock;

/// The smallest message id of this moment: Unix time times 2^32, divisible by four.
///
/// Source: <https://core.telegram.org/mtproto/description#message-identifier-msg-id>.
pub(super) fn message_id_now(clock: &Clock) -> i64 {
    let now = clock.since_epoch();
    let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
    let id = (now.as_secs() << 32) | (fraction & 0xffff_fffc);
    i64::try_from(id).unwrap_or(i64::MAX & !3)
}

/// The Unix time in seconds that a message id claims.
pub(super) const fn seconds_of(message_id: i64) -> i64 {
    message_id >> 32
}
