//! Bytes that scripts put in the place of what the data centre would say itself.
//!
//! Owns the bytes, and a number for each that occurs nowhere else. What an object of these bytes
//! means is not known here, nor whether it means anything.

use std::collections::HashMap;

use super::World;
use super::events::EventKind;
use super::ids::Peer;
use super::news::News;
use super::random::random;
use super::refusal::Refusal;

/// Bits of a mark that count; those above are the same for all and known to nobody else.
const COUNTED: u32 = 24;

/// Bytes that were handed in; the place in the list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawId(u32);

/// One TL object as it is sent, whatever it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// The object, of whole words of four bytes.
    pub bytes: Vec<u8>,
    /// Where in a message its id belongs, which differs from box to box.
    pub id_at: Option<usize>,
}

impl Raw {
    /// An object of these bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { bytes, id_at: None }
    }

    /// The same message with its id written at this place.
    #[must_use]
    pub fn with_id_at(self, at: usize) -> Self {
        let id_at = Some(at);
        Self { id_at, ..self }
    }

    /// The object as a message of this id.
    pub fn with_id(&self, id: i32) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let place = self.id_at.and_then(|at| bytes.get_mut(at..at + 4));
        if let Some(place) = place {
            place.copy_from_slice(&id.to_le_bytes());
        }
        bytes
    }

    /// Passes what can stand in a TL object.
    ///
    /// # Errors
    /// 400 `RAW_LENGTH_INVALID`, `RAW_ID_INVALID` for a place that is none; not Telegram's.
    pub fn check(&self) -> Result<(), Refusal> {
        if !self.bytes.len().is_multiple_of(4) {
            return Err(Refusal::bad(
                "RAW_LENGTH_INVALID: TL is in words of 4 bytes",
            ));
        }
        let fits = |at: usize| at.checked_add(4).is_some_and(|end| end <= self.bytes.len());
        if self.id_at.is_none_or(fits) {
            Ok(())
        } else {
            Err(Refusal::bad("RAW_ID_INVALID: it must lie within the bytes"))
        }
    }
}

/// Everything that was handed in.
#[derive(Debug)]
pub struct Raws {
    secret: i64,
    bodies: Vec<Raw>,
    objects: HashMap<Peer, RawId>,
}

impl Default for Raws {
    fn default() -> Self {
        Self {
            secret: i64::from_le_bytes(random()) >> COUNTED << COUNTED,
            bodies: Vec::new(),
            objects: HashMap::new(),
        }
    }
}

impl Raws {
    /// Takes bytes in.
    ///
    /// # Errors
    /// As [`Raw::check`]; 400 `RAW_TOO_MANY`.
    pub fn keep(&mut self, raw: Raw) -> Result<RawId, Refusal> {
        raw.check()?;
        let next = u32::try_from(self.bodies.len()).ok();
        let next = next.filter(|next| *next < 1 << COUNTED);
        let id = RawId(next.ok_or_else(|| Refusal::bad("RAW_TOO_MANY"))?);
        self.bodies.push(raw);
        Ok(id)
    }

    /// The number that stands for these bytes until they are filled in.
    pub fn mark(&self, id: RawId) -> i64 {
        self.secret | i64::from(id.0)
    }

    /// What a number stands for, if it is a mark.
    pub fn marked(&self, mark: i64) -> Option<&Raw> {
        if mark >> COUNTED << COUNTED != self.secret {
            return None;
        }
        self.bodies.get(usize::try_from(mark ^ self.secret).ok()?)
    }

    /// Whether nothing was ever handed in.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// What stands in the place of this user or chat, if anything does.
    pub fn object(&self, peer: Peer) -> Option<RawId> {
        self.objects.get(&peer).copied()
    }
}

impl World {
    /// Shows these bytes in the place of a user, to everybody else, or of a chat; `None` ends that.
    ///
    /// # Errors
    /// As [`Raws::keep`].
    pub fn disguise(&mut self, peer: Peer, raw: Option<Raw>) -> Result<(), Refusal> {
        match raw {
            Some(raw) => {
                let id = self.raws.keep(raw)?;
                self.raws.objects.insert(peer, id);
            }
            None => {
                self.raws.objects.remove(&peer);
            }
        }
        Ok(())
    }

    /// Lets an update of these bytes happen to an account or in a channel. It moves the pts by
    /// `pts_count`; one that moves it by nothing is pushed and not told again.
    ///
    /// # Errors
    /// As [`Raws::keep`]; 400 `PEER_ID_INVALID` for basic groups.
    pub fn happen_raw(&mut self, to: Peer, raw: Raw, pts_count: i32) -> Result<(), Refusal> {
        if matches!(to, Peer::Group(_)) {
            return Err(Refusal::bad("PEER_ID_INVALID"));
        }
        let (raw, date) = (self.raws.keep(raw)?, self.now());
        let kind = EventKind::Raw { raw, pts_count };
        match to {
            Peer::User(user) if pts_count > 0 => drop(self.happen(user, date, kind, None)),
            Peer::Channel(id) if pts_count > 0 => drop(self.happen_in(id, date, kind, None)),
            Peer::User(user) => self.tell(user, News::Raw(raw), None),
            Peer::Channel(id) => self.tell_members(id, News::Raw(raw), None),
            Peer::Group(_) => {}
        }
        Ok(())
    }

    /// Moves the pts of an account or channel by something that no difference tells of.
    ///
    /// # Errors
    /// 400 `PEER_ID_INVALID` for basic groups and what does not exist.
    pub fn move_pts(&mut self, of: Peer, count: i32) -> Result<(), Refusal> {
        let events = match of {
            Peer::User(id) => self
                .accounts
                .get_mut(&id)
                .map(|account| &mut account.events),
            Peer::Channel(id) => self
                .channels
                .get_mut(&id)
                .map(|channel| &mut channel.events),
            Peer::Group(_) => None,
        };
        let events = events.ok_or_else(|| Refusal::bad("PEER_ID_INVALID"))?;
        events.skip(count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_leads_back_to_its_bytes_and_other_numbers_lead_nowhere() {
        let mut raws = Raws::default();
        let first = raws.keep(Raw::new([1; 4])).unwrap();
        let second = raws.keep(Raw::new([2; 8]).with_id_at(4)).unwrap();
        let found = |id| raws.marked(raws.mark(id)).map(|raw| raw.with_id(7));
        assert_eq!(found(first), Some(vec![1; 4]));
        assert_eq!(found(second), Some(vec![2, 2, 2, 2, 7, 0, 0, 0]));
        assert_eq!(raws.marked(raws.mark(second) + 1), None);
        assert_eq!(raws.marked(!raws.mark(second)), None);
    }

    #[test]
    fn what_is_no_tl_is_refused() {
        assert!(Raw::new([1; 5]).check().is_err());
        assert!(Raw::new([1; 8]).with_id_at(5).check().is_err());
        assert!(Raw::new([1; 8]).with_id_at(usize::MAX).check().is_err());
        assert!(Raw::new([]).check().is_ok());
    }
}
