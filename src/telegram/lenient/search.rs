//! Where the elements end that cannot be read.
//!
//! TL carries no lengths: where an unknown object ends is known only from what follows. An end is
//! taken when everything after it, by the counts of the lists and down to the last byte, can be
//! read, and when that is so for no other way of cutting. It must not know what a message is.

use crate::telegram::lenient::layout::{Step, VECTOR};
use grammers_client::tl::Deserializable as _;
use grammers_client::tl::deserialize::{Cursor, Error};
use grammers_client::tl::name_for_id;
use std::collections::HashMap;
use std::rc::Rc;

/// How many objects are tried at most, and how many bytes of them. An answer that would take more
/// is asked for in smaller parts.
const TRIES: usize = 2_000_000;
const TRIED_BYTES: usize = 64 * 1024 * 1024;

/// Below this there are as good as no constructors: one of 256 kinds.
const SMALLEST: u32 = 1 << 24;

/// What the library calls constructors and methods that it does not know.
const UNKNOWN: &str = "(unknown)";

/// One element that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The first constructor in it that is not known.
    pub(super) constructor: u32,
}

/// How many ways there are to read the rest of an answer from some place.
#[derive(Clone)]
enum Ways {
    None,
    One(Option<Rc<Link>>),
    Many,
}

/// The cuts of the only way, first to last.
struct Link {
    cut: Cut,
    next: Option<Rc<Link>>,
}

/// A place in the answer: the next byte, the step, and how many elements of its list are left.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    at: usize,
    step: usize,
    left: Option<u32>,
}

/// What reading one object at a place has come to.
enum Read {
    To(usize),
    /// The first unknown constructor, and where the search for the end begins.
    Unknown {
        constructor: u32,
        from: usize,
    },
    Ends,
}

struct Search<'a> {
    bytes: &'a [u8],
    steps: &'a [Step],
    known: HashMap<Place, Ways>,
    tries: usize,
    tried_bytes: usize,
}

/// The cuts that make the answer readable; `None` when there is no way, or more than one.
pub(super) fn cuts(bytes: &[u8], steps: &[Step]) -> Option<Vec<Cut>> {
    let mut search = Search {
        bytes,
        steps,
        known: HashMap::new(),
        tries: 0,
        tried_bytes: 0,
    };
    let start = Place {
        at: 4,
        step: 0,
        left: None,
    };
    let Ways::One(first) = search.ways(start) else {
        return None;
    };
    let mut cuts = Vec::new();
    let mut next = first.as_ref();
    while let Some(link) = next {
        cuts.push(link.cut);
        next = link.next.as_ref();
    }
    (!search.is_spent()).then_some(cuts)
}

impl Search<'_> {
    fn is_spent(&self) -> bool {
        self.tries > TRIES || self.tried_bytes > TRIED_BYTES
    }

    /// Goes on from a place as far as everything can be read, and from there by cutting.
    fn ways(&mut self, mut place: Place) -> Ways {
        loop {
            if self.is_spent() {
                return Ways::Many;
            }
            let Some(&step) = self.steps.get(place.step) else {
                let at_end = place.at == self.bytes.len();
                return if at_end { Ways::One(None) } else { Ways::None };
            };
            let (Step::One(skip) | Step::Fixed(_, skip) | Step::Many(_, skip)) = step;
            match (step, place.left) {
                (Step::Many(..), None) => match self.count(place.at) {
                    Some(count) => {
                        place.at += 8;
                        place.left = Some(count);
                    }
                    None => return Ways::None,
                },
                (Step::Many(..), Some(0)) => place = place.after_list(),
                (_, left) => match self.read(place.at, skip) {
                    Read::To(at) => {
                        place = match left {
                            Some(left) => Place {
                                at,
                                left: Some(left - 1),
                                ..place
                            },
                            None => Place { at, ..place }.after_list(),
                        };
                    }
                    Read::Unknown { constructor, from } if left.is_some() => {
                        return self.cut(place, constructor, from);
                    }
                    _ => return Ways::None,
                },
            }
        }
    }

    /// The ways that leave the element at this place out.
    fn cut(&mut self, place: Place, constructor: u32, from: usize) -> Ways {
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        let left = place.left.unwrap_or_default().saturating_sub(1);
        let mut found = Ways::None;
        let mut at = from;
        while at <= self.bytes.len() && !matches!(found, Ways::Many) {
            if self.may_begin(at, place.step, left) {
                let rest = self.ways(Place {
                    at,
                    step: place.step,
                    left: Some(left),
                });
                let cut = Cut {
                    start: place.at,
                    end: at,
                    constructor,
                };
                found = match (found, rest) {
                    (found, Ways::None) => found,
                    (Ways::None, Ways::One(next)) => Ways::One(Some(Rc::new(Link { cut, next }))),
                    _ => Ways::Many,
                };
            }
            at += 4;
        }
        self.known.insert(place, found.clone());
        found
    }

    /// Whether what follows on a cut may begin here: the next element with a constructor that is
    /// known, or, after the last one, the next list or object, or the end.
    fn may_begin(&mut self, at: usize, step: usize, left: u32) -> bool {
        let begins = |read| match read {
            Read::To(_) => true,
            Read::Unknown { from, .. } => from > at + 4,
            Read::Ends => false,
        };
        match self.steps.get(if left > 0 { step } else { step + 1 }) {
            None => at == self.bytes.len(),
            Some(Step::Many(..)) if left == 0 => self.count(at).is_some(),
            Some(&(Step::Many(_, skip) | Step::One(skip) | Step::Fixed(_, skip))) => {
                begins(self.read(at, skip))
            }
        }
    }

    /// The number of elements of the list that begins here.
    fn count(&mut self, at: usize) -> Option<u32> {
        let mut cursor = Cursor::from_slice(self.bytes.get(at..)?);
        let id = u32::deserialize(&mut cursor).ok()?;
        let count = u32::deserialize(&mut cursor).ok()?;
        let room = self.bytes.len().saturating_sub(at + 8) / 4;
        (id == VECTOR && usize::try_from(count).is_ok_and(|count| count <= room)).then_some(count)
    }

    fn read(&mut self, at: usize, skip: fn(&mut Cursor<'_>) -> Result<(), Error>) -> Read {
        let Some(rest) = self.bytes.get(at..) else {
            return Read::Ends;
        };
        let mut cursor = Cursor::from_slice(rest);
        let read = skip(&mut cursor);
        self.tries += 1;
        self.tried_bytes += cursor.pos();
        let to = at + cursor.pos();
        match read {
            Ok(()) => Read::To(to),
            // Everything before the unknown constructor has been understood, so that no end is
            // looked for in it.
            Err(Error::UnexpectedConstructor { id }) if may_be_new(id) => Read::Unknown {
                constructor: id,
                from: to,
            },
            Err(_) => Read::Ends,
        }
    }
}

/// Whether a constructor that does not belong where it stands may be one of a kind that nobody here
/// knows. One that is known elsewhere is not, nor is a small number: constructors are checksums
/// (<https://core.telegram.org/mtproto/TL#definition-and-serialization>), and what is small is the
/// number of a message, or a count.
fn may_be_new(id: u32) -> bool {
    id >= SMALLEST && name_for_id(id) == UNKNOWN
}

impl Place {
    fn after_list(self) -> Self {
        Self {
            at: self.at,
            step: self.step + 1,
            left: None,
        }
    }
}
