//! The time of the data centre, in whole seconds as Telegram counts it.
//!
//! Owns the one call to the system's clock. Knows nothing else.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 UTC.
pub fn now() -> i32 {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |passed| passed.as_secs());
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// Fills an array with bytes from the operating system.
///
/// Falls back to the clock's nanoseconds when there are none: nothing here is a secret that
/// matters, and a test server that cannot answer is worse than a guessable one.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |passed| passed.as_nanos());
        for (byte, seed) in bytes.iter_mut().zip(nanos.to_le_bytes().iter().cycle()) {
            *byte = *seed;
        }
    }
    bytes
}
