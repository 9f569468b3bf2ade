//! TCP framing: abridged, intermediate, padded intermediate and full, also obfuscated.
//!
//! It owns the bytes that have arrived but make no packet yet, and the sequence numbers of the full
//! framing. It must not know what a packet means.
//! Source: <https://core.telegram.org/mtproto/mtproto-transports>.

use bytes::{Buf, BytesMut};
use grammers_crypto::ObfuscatedCipher;

use super::wire;

/// The longest packet a client may send, in bytes, without its framing.
pub(super) const PACKET_MAX: usize = 1024 * 1024 + 64 * 1024;

const ABRIDGED: u32 = 0xefef_efef;
const INTERMEDIATE: u32 = 0xeeee_eeee;
const PADDED: u32 = 0xdddd_dddd;
/// The top bit of a length asks for a quick acknowledgement, which a server may leave out.
const QUICK_ACK: u32 = 0x8000_0000;

/// Bytes on a link that are no packet of any framing; the link is closed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    /// No framing starts like this.
    #[error("the framing is unknown")]
    Unknown,
    /// A packet of an impossible length.
    #[error("a packet has an impossible length")]
    Length,
    /// Full framing: the packet's number is not the next one.
    #[error("a packet is out of sequence")]
    Sequence,
    /// Full framing: the packet's CRC-32 is wrong.
    #[error("a packet has a wrong checksum")]
    Checksum,
}

enum Framing {
    Abridged,
    Intermediate,
    Padded,
    Full { received: u32, sent: u32 },
}

/// One link's framing, both ways.
#[derive(Default)]
pub(super) struct Framer {
    inbound: BytesMut,
    framing: Option<Framing>,
    obfuscation: Option<Box<ObfuscatedCipher>>,
    /// How many bytes of `inbound` have gone through `obfuscation`.
    clear: usize,
}

impl Framer {
    /// Where to read into; to be followed by [`Framer::next`] until that says `None`.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.inbound
    }

    /// Gives memory back when nothing is left over: most links are idle most of the time.
    pub(super) fn release(&mut self) {
        if self.inbound.is_empty() {
            self.inbound = BytesMut::new();
        }
    }

    /// The next whole packet, without its framing, or `None` until more bytes arrive.
    pub(super) fn next(&mut self) -> Result<Option<BytesMut>, FrameError> {
        if self.framing.is_none() && !self.detect()? {
            return Ok(None);
        }
        if let Some(cipher) = &mut self.obfuscation {
            cipher.decrypt(&mut self.inbound[self.clear..]);
            self.clear = self.inbound.len();
        }
        let packet = match &mut self.framing {
            Some(Framing::Abridged) => take_abridged(&mut self.inbound),
            Some(Framing::Intermediate) => take_intermediate(&mut self.inbound),
            Some(Framing::Padded) => {
                take_intermediate(&mut self.inbound).map(|packet| packet.map(without_padding))
            }
            Some(Framing::Full { received, .. }) => take_full(&mut self.inbound, received),
            None => Ok(None),
        };
        self.clear = self.inbound.len();
        packet
    }

    /// Tells the framing from the first bytes; false until there are enough of them.
    fn detect(&mut self) -> Result<bool, FrameError> {
        let Some(&first) = self.inbound.first() else {
            return Ok(false);
        };
        if first == 0xef {
            self.inbound.advance(1);
            self.framing = Some(Framing::Abridged);
            return Ok(true);
        }
        let Some(tag) = wire::constructor(&self.inbound) else {
            return Ok(false);
        };
        if tag == INTERMEDIATE || tag == PADDED {
            self.inbound.advance(4);
            self.framing = plain_framing(tag);
        } else if full_length(tag).is_ok() {
            self.framing = Some(Framing::Full {
                received: 0,
                sent: 0,
            });
        } else if self.inbound.len() >= 64 {
            self.unveil()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Starts the obfuscation whose keys are in the first 64 bytes.
    /// Source: <https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation>.
    fn unveil(&mut self) -> Result<(), FrameError> {
        let mut header = [0; 64];
        self.inbound.copy_to_slice(&mut header);
        // The cipher is made for the client's side; the header turned round makes it the server's.
        let mut mirrored = header;
        mirrored[8..56].reverse();
        let mut cipher = Box::new(ObfuscatedCipher::new(&mirrored));
        cipher.decrypt(&mut header);
        let tag = wire::constructor(&header[56..]).unwrap_or_default();
        self.framing = Some(plain_framing(tag).ok_or(FrameError::Unknown)?);
        self.obfuscation = Some(cipher);
        self.clear = 0;
        Ok(())
    }

    /// Appends a packet in its frame to `out`.
    pub(super) fn put(&mut self, packet: &[u8], out: &mut BytesMut) {
        let start = out.len();
        let len = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        match &mut self.framing {
            Some(Framing::Abridged) => put_abridged(len, packet, out),
            Some(Framing::Intermediate) => put_intermediate(len, packet, &[], out),
            Some(Framing::Padded) => {
                // Up to 15 bytes are allowed, but there are clients, Telethon among them, that take
                // off no more than three.
                let noise = wire::random::<4>();
                let extra = noise[3] & 3;
                let padding = &noise[..usize::from(extra)];
                put_intermediate(len + u32::from(extra), packet, padding, out);
            }
            Some(Framing::Full { sent, .. }) => {
                out.extend_from_slice(&(len + 12).to_le_bytes());
                out.extend_from_slice(&sent.to_le_bytes());
                out.extend_from_slice(packet);
                let crc = crc32fast::hash(&out[start..]);
                out.extend_from_slice(&crc.to_le_bytes());
                *sent = sent.wrapping_add(1);
            }
            None => return,
        }
        self.veil(&mut out[start..]);
    }

    /// Appends a transport error: a lone negative number such as -404.
    pub(super) fn put_error(&mut self, code: i32, out: &mut BytesMut) {
        if let Some(Framing::Full { .. }) = self.framing {
            // In the full framing Telegram sends it bare, in place of length, number and payload.
            for _ in 0..3 {
                out.extend_from_slice(&code.to_le_bytes());
            }
        } else {
            self.put(&code.to_le_bytes(), out);
        }
    }

    fn veil(&mut self, bytes: &mut [u8]) {
        if let Some(cipher) = &mut self.obfuscation {
            cipher.encrypt(bytes);
        }
    }
}

const fn plain_framing(tag: u32) -> Option<Framing> {
    match tag {
        ABRIDGED => Some(Framing::Abridged),
        INTERMEDIATE => Some(Framing::Intermediate),
        PADDED => Some(Framing::Padded),
        _ => None,
    }
}

fn put_abridged(len: u32, packet: &[u8], out: &mut BytesMut) {
    let words = (len / 4).to_le_bytes();
    if len / 4 < 0x7f {
        out.extend_from_slice(&words[..1]);
    } else {
        out.extend_from_slice(&[0x7f]);
        out.extend_from_slice(&words[..3]);
    }
    out.extend_from_slice(packet);
}

fn put_intermediate(len: u32, packet: &[u8], padding: &[u8], out: &mut BytesMut) {
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(packet);
    out.extend_from_slice(padding);
}

fn bounded(len: u32) -> Result<usize, FrameError> {
    let len = usize::try_from(len).or(Err(FrameError::Length))?;
    if (1..=PACKET_MAX).contains(&len) {
        Ok(len)
    } else {
        Err(FrameError::Length)
    }
}

/// Takes `len` bytes after a header of `header` bytes, or makes room for them.
fn take(inbound: &mut BytesMut, header: usize, len: usize) -> Option<BytesMut> {
    if inbound.len() < header + len {
        inbound.reserve(header + len - inbound.len());
        return None;
    }
    inbound.advance(header);
    Some(inbound.split_to(len))
}

fn take_abridged(inbound: &mut BytesMut) -> Result<Option<BytesMut>, FrameError> {
    let Some(&first) = inbound.first() else {
        return Ok(None);
    };
    let (header, words) = if first & 0x7f == 0x7f {
        let Some(word) = wire::constructor(inbound) else {
            return Ok(None);
        };
        (4, word >> 8)
    } else {
        (1, u32::from(first & 0x7f))
    };
    Ok(take(inbound, header, bounded(words * 4)?))
}

fn take_intermediate(inbound: &mut BytesMut) -> Result<Option<BytesMut>, FrameError> {
    let Some(len) = wire::constructor(inbound) else {
        return Ok(None);
    };
    Ok(take(inbound, 4, bounded(len & !QUICK_ACK)?))
}

/// Takes the padded framing's extra bytes off: an encrypted packet is 24 and a multiple of 16 long.
fn without_padding(mut packet: BytesMut) -> BytesMut {
    let is_encrypted = wire::long_at(&packet, 0).is_some_and(|key_id| key_id != 0);
    if is_encrypted && packet.len() >= 24 {
        packet.truncate(24 + (packet.len() - 24) / 16 * 16);
    }
    packet
}

fn full_length(len: u32) -> Result<usize, FrameError> {
    let len = bounded(len)?;
    if len >= 12 && len.is_multiple_of(4) {
        Ok(len)
    } else {
        Err(FrameError::Length)
    }
}

fn take_full(inbound: &mut BytesMut, received: &mut u32) -> Result<Option<BytesMut>, FrameError> {
    let Some(len) = wire::constructor(inbound) else {
        return Ok(None);
    };
    let Some(mut packet) = take(inbound, 0, full_length(len)?) else {
        return Ok(None);
    };
    let crc = packet.split_off(packet.len() - 4);
    if crc32fast::hash(&packet).to_le_bytes() != *crc {
        return Err(FrameError::Checksum);
    }
    if wire::constructor(&packet[4..]) != Some(*received) {
        return Err(FrameError::Sequence);
    }
    *received = received.wrapping_add(1);
    packet.advance(8);
    Ok(Some(packet))
}
