//! Random bytes from the operating system.
//!
//! Owns the fallback for when there are none. Knows nothing else.

/// Fills an array with bytes from the operating system.
///
/// Falls back to the clock when there are none: nothing here is a secret that matters, and a test
/// server that cannot answer is worse than a guessable one.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        let micros = crate::clock::machine_micros();
        for (byte, seed) in bytes.iter_mut().zip(micros.to_le_bytes().iter().cycle()) {
            *byte = *seed;
        }
    }
    bytes
}
