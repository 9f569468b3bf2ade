//! Control characters of an export, which are no JSON as Telegram Desktop writes them.
//!
//! It writes the character 0x1F as `\x1F`, which JSON does not have; here it becomes `\u001F`.

use crate::desktop::Place;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const BUFFER: usize = 64 * 1024;

/// A file with such escapes mended, which tells how far it has been taken.
pub(super) struct Mended<R> {
    inner: R,
    buffer: Box<[u8]>,
    at: usize,
    end: usize,
    /// What comes before the next byte of the buffer.
    pending: &'static [u8],
    after_backslash: bool,
    bytes: u64,
    lines: u64,
    place: Arc<Place>,
}

impl<R: Read> Mended<R> {
    pub(super) fn new(inner: R, place: Arc<Place>) -> Self {
        Self {
            inner,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            at: 0,
            end: 0,
            pending: &[],
            after_backslash: false,
            bytes: 0,
            lines: 1,
            place,
        }
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        if let Some((first, rest)) = self.pending.split_first() {
            self.pending = rest;
            return Ok(Some(*first));
        }
        if self.at == self.end {
            (self.at, self.end) = (0, self.inner.read(&mut self.buffer)?);
        }
        let Some(&byte) = self
            .buffer
            .get(..self.end)
            .and_then(|read| read.get(self.at))
        else {
            return Ok(None);
        };
        self.at += 1;
        self.bytes += 1;
        self.lines += u64::from(byte == b'\n');
        if self.after_backslash {
            self.after_backslash = false;
            if byte == b'x' {
                self.pending = b"00";
                return Ok(Some(b'u'));
            }
        } else {
            // Outside of strings JSON has no backslash.
            self.after_backslash = byte == b'\\';
        }
        Ok(Some(byte))
    }
}

impl<R: Read> Read for Mended<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        for place in out.iter_mut() {
            match self.next() {
                Ok(Some(byte)) => *place = byte,
                Err(error) if written == 0 => return Err(error),
                Ok(None) | Err(_) => break,
            }
            written += 1;
        }
        self.place.bytes.store(self.bytes, Ordering::Relaxed);
        self.place.lines.store(self.lines, Ordering::Relaxed);
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_that_json_lacks_are_mended() {
        for (written, read) in [
            (r#""a\x1Fb""#, r#""a\u001Fb""#),
            (r#""C:\\x1F""#, r#""C:\\x1F""#),
            (r#""\\\x01\"x""#, r#""\\\u0001\"x""#),
            (r#""\n\u2028x""#, r#""\n\u2028x""#),
        ] {
            let place = Arc::<Place>::default();
            let mended = Mended::new(written.as_bytes(), Arc::clone(&place));
            assert_eq!(io::read_to_string(mended).ok().as_deref(), Some(read));
            assert_eq!(place.bytes(), written.len() as u64);
        }
    }
}
