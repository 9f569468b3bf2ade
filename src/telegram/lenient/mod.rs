//! Reading answers of which single elements cannot be read.
//!
//! It owns what is left out of an answer, and why an answer cannot be read at all. Everything else
//! of the answer is read by the client library, from the same bytes without the elements that were
//! left out. It must not know what becomes of either.

mod layout;
mod prefix;
mod search;

#[cfg(test)]
mod tests;

pub(super) use layout::Part;
pub(super) use prefix::Prefix;

use crate::telegram::lenient::layout::Step;
use crate::telegram::lenient::search::Cut;
use grammers_client::tl::deserialize::{Cursor, Error};
use grammers_client::tl::{Deserializable, types};
use log::warn;
use tokio::sync::oneshot;

/// What of a stack one level of a nested object takes at most.
const STACK_A_BYTE: usize = 512;

/// How much is kept of an answer that nobody can tell anything of.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The stack of a search, whatever the answer.
const STACK: std::ops::RangeInclusive<usize> = 8 * 1024 * 1024..=512 * 1024 * 1024;

/// An answer, and what of it could not be read.
#[derive(Debug)]
pub struct Read<T> {
    /// The answer without it.
    pub value: T,
    /// What was left out, in the answer's order.
    pub unreadable: Vec<UnreadableObject>,
}

/// An element of an answer that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct UnreadableObject {
    /// What it is an element of.
    pub part: Part,
    /// The first constructor in it that is not known.
    pub constructor: u32,
    /// Telegram's name of the method whose answer it was in.
    pub method: &'static str,
    /// What could be read of it, if it is a message.
    pub message: Option<Prefix>,
    /// The element as it came.
    pub raw: Vec<u8>,
}

/// An answer that cannot be read, not even in parts.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// The first unknown constructor; `None` when the answer ends too early.
    pub(super) constructor: Option<u32>,
    /// The place that it leads to, if it is a difference and says so.
    pub(super) place: Option<Reached>,
    /// The message that the answer brings, if it is one, with what follows it up to the end of the
    /// answer, since nobody knows where it ends; the whole answer, if nobody can tell what it is.
    pub(super) only: Option<UnreadableObject>,
    /// The answer with nothing but its dialogs, if it carries such.
    pub(super) dialogs: Option<Vec<u8>>,
}

/// Where a difference leads to, as far as its first and last bytes tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reached {
    /// The account's place, and whether there is no more to ask for.
    Account(types::updates::State, bool),
    /// A channel's pts, and whether there is no more to ask for.
    Channel(i32, bool),
}

/// Reads an answer as far as it can be read.
pub(super) async fn read<T: Deserializable>(
    bytes: Vec<u8>,
    method: &'static str,
) -> Result<Read<T>, Unread> {
    let constructor = match T::from_bytes(&bytes) {
        Ok(value) => {
            let unreadable = Vec::new();
            return Ok(Read { value, unreadable });
        }
        Err(Error::UnexpectedConstructor { id }) => id,
        Err(Error::UnexpectedEof) => {
            let only = only(&bytes, None, method);
            return Err(Unread {
                only,
                ..Unread::default()
            });
        }
    };
    let unread = Unread {
        constructor: Some(constructor),
        place: layout::reached(&bytes),
        only: only(&bytes, Some(constructor), method),
        dialogs: layout::dialogs_alone(&bytes),
    };
    let Some((rest, unreadable)) = without(bytes, method).await else {
        warn!("an answer to {method} cannot be read: unknown constructor {constructor:#010x}");
        return Err(unread);
    };
    let Ok(value) = T::from_bytes(&rest) else {
        return Err(unread);
    };
    for object in &unreadable {
        let (part, id) = (object.part, object.constructor);
        warn!("left out of an answer to {method}: {part:?}, unknown constructor {id:#010x}");
    }
    Ok(Read { value, unreadable })
}

/// The answer without what cannot be read, found on a stack of its own: bytes that were never
/// meant to be an object may look like one that is nested as deep as they are long.
async fn without(bytes: Vec<u8>, method: &'static str) -> Option<(Vec<u8>, Vec<UnreadableObject>)> {
    let (sender, found) = oneshot::channel();
    let stack = (bytes.len() * STACK_A_BYTE).clamp(*STACK.start(), *STACK.end());
    let search = move || {
        drop(sender.send(cut_out(&bytes, method)));
    };
    let thread = std::thread::Builder::new().name("lenient".to_owned());
    if let Err(error) = thread.stack_size(stack).spawn(search) {
        warn!("an answer to {method} is not looked through: {error}");
        return None;
    }
    found.await.ok().flatten()
}

/// The one message of an answer that cannot be read, or, as no known part, the whole answer if its
/// own constructor is not known. Without an unknown constructor it is the object's own that says
/// other than what follows.
fn only(bytes: &[u8], constructor: Option<u32>, method: &'static str) -> Option<UnreadableObject> {
    let (part, raw) = match layout::steps(bytes) {
        Some(steps) => {
            let start = layout::only_message(bytes, &steps)?;
            (Part::Message, bytes.get(start..)?)
        }
        None => (Part::Other, bytes),
    };
    let raw = raw.get(..raw.len().min(LONGEST_ANSWER))?;
    let own = raw.first_chunk().copied().map(u32::from_le_bytes);
    Some(UnreadableObject {
        part,
        constructor: constructor.or(own)?,
        method,
        message: prefix::of(part, raw),
        raw: raw.to_vec(),
    })
}

fn cut_out(bytes: &[u8], method: &'static str) -> Option<(Vec<u8>, Vec<UnreadableObject>)> {
    let steps = layout::steps(bytes)?;
    let Some(cuts) = search::cuts(bytes, &steps) else {
        return without_peers(bytes, &steps, method);
    };
    let mut copy = Copy {
        bytes,
        kept: bytes.get(..4)?.to_vec(),
        at: 4,
    };
    let mut objects = Vec::new();
    let mut cuts = cuts.into_iter().peekable();
    for step in steps {
        match step {
            Step::One(skip) | Step::Fixed(_, skip) => copy.keep(skip)?,
            Step::Many(part, skip) => {
                let count = copy.header()?;
                let header = copy.kept.len() - 4;
                let mut kept = 0_u32;
                for _ in 0..count {
                    if let Some(cut) = cuts.next_if(|cut| cut.start == copy.at) {
                        objects.push(object(bytes, part, cut, method)?);
                        copy.at = cut.end;
                    } else {
                        copy.keep(skip)?;
                        kept += 1;
                    }
                }
                let number = copy.kept.get_mut(header..header + 4)?;
                number.copy_from_slice(&kept.to_le_bytes());
            }
        }
    }
    (copy.at == bytes.len()).then_some((copy.kept, objects))
}

/// The answer without its users and chats, among which nobody knows where the unknown ones end.
/// What comes after them has a known length.
fn without_peers(
    bytes: &[u8],
    steps: &[Step],
    method: &'static str,
) -> Option<(Vec<u8>, Vec<UnreadableObject>)> {
    let lists = layout::peers(bytes, steps)?;
    let raw = bytes.get(lists.start..lists.end)?;
    let mut kept = bytes.get(..lists.start)?.to_vec();
    for _ in 0..lists.count {
        kept.extend(layout::EMPTY_LIST);
    }
    kept.extend(bytes.get(lists.end..)?);
    let object = UnreadableObject {
        part: Part::Peer,
        constructor: lists.constructor,
        method,
        message: None,
        raw: raw.to_vec(),
    };
    Some((kept, vec![object]))
}

fn object(bytes: &[u8], part: Part, cut: Cut, method: &'static str) -> Option<UnreadableObject> {
    let raw = bytes.get(cut.start..cut.end)?.to_vec();
    Some(UnreadableObject {
        part,
        constructor: cut.constructor,
        method,
        message: prefix::of(part, &raw),
        raw,
    })
}

/// An answer on its way into a copy of it.
struct Copy<'a> {
    bytes: &'a [u8],
    kept: Vec<u8>,
    at: usize,
}

impl Copy<'_> {
    fn keep(&mut self, skip: fn(&mut Cursor<'_>) -> Result<(), Error>) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        let mut cursor = Cursor::from_slice(rest);
        skip(&mut cursor).ok()?;
        self.kept.extend_from_slice(rest.get(..cursor.pos())?);
        self.at += cursor.pos();
        Some(())
    }

    /// Takes the beginning of a list; how many elements it says it has.
    fn header(&mut self) -> Option<u32> {
        let header = self.bytes.get(self.at..self.at + 8)?;
        self.kept.extend_from_slice(header);
        self.at += 8;
        let count = header.last_chunk().copied()?;
        Some(u32::from_le_bytes(count))
    }
}
