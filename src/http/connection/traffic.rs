//! What a connection and the requests on it tell each other.

use super::slots::Slots;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

/// Shared by a connection and its requests, all on one thread.
#[derive(Debug)]
pub(crate) struct Traffic {
    slots: Arc<Slots>,
    /// The request in progress, if there is one.
    request: Cell<Option<Reading>>,
    /// Whether bytes were handed up that nobody has looked at yet.
    unseen: Cell<bool>,
    /// Who reads, while it may not.
    reader: RefCell<Option<Waker>>,
}

/// What is still read of a request.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// So many bytes of its body at most.
    Bytes(u64),
    /// A body that ends when it says so.
    UntilEnd,
}

impl Traffic {
    pub(super) fn new(slots: Arc<Slots>) -> Self {
        Self {
            slots,
            request: Cell::default(),
            unseen: Cell::default(),
            reader: RefCell::default(),
        }
    }

    /// A request begins, with a body of that length; `None` is one that ends when it says so.
    pub(crate) fn begin(self: &Rc<Self>, body: Option<u64>) -> Busy {
        self.request
            .set(Some(body.map_or(Reading::UntilEnd, Reading::Bytes)));
        Busy {
            traffic: Rc::clone(self),
            held: 0,
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.request.get().is_some()
    }

    /// How many bytes may be read of the request in progress; `None` without one.
    pub(super) fn readable(&self) -> Option<usize> {
        self.request.get().map(|reading| match reading {
            Reading::Bytes(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Reading::UntilEnd => usize::MAX,
        })
    }

    pub(super) fn note_read(&self, count: usize) {
        match self.request.get() {
            Some(Reading::Bytes(left)) => {
                let left = left.saturating_sub(count as u64);
                self.request.set(Some(Reading::Bytes(left)));
            }
            Some(Reading::UntilEnd) => {}
            None => self.unseen.set(count > 0),
        }
    }

    /// Whether heads were read that the server has not looked at; asking counts as looking.
    pub(super) fn has_had_enough(&self) -> bool {
        self.unseen.replace(false)
    }

    pub(super) fn wake_later(&self, waker: &Waker) {
        *self.reader.borrow_mut() = Some(waker.clone());
    }

    pub(super) fn wake(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// Held from the beginning of a request until its answer is written.
#[derive(Debug)]
pub(crate) struct Busy {
    traffic: Rc<Traffic>,
    held: usize,
}

impl Busy {
    /// The answer takes so many bytes of memory until it is written.
    pub(crate) fn hold(&mut self, bytes: usize) {
        self.traffic.slots.let_go(self.held);
        self.traffic.slots.hold(bytes);
        self.held = bytes;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.traffic.slots.let_go(self.held);
        self.traffic.request.set(None);
        self.traffic.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic() -> Rc<Traffic> {
        Rc::new(Traffic::new(Slots::new(1, 1)))
    }

    #[test]
    fn a_request_lets_its_own_body_be_read_and_no_more() {
        let traffic = traffic();
        assert_eq!(traffic.readable(), None);
        let busy = traffic.begin(Some(10));
        traffic.note_read(4);
        assert_eq!(traffic.readable(), Some(6));
        traffic.note_read(100);
        assert_eq!(traffic.readable(), Some(0));
        drop(busy);
        assert_eq!(traffic.readable(), None);
        drop(traffic.begin(None));
        assert!(!traffic.is_busy());
    }

    #[test]
    fn heads_are_looked_at_before_more_are_read() {
        let traffic = traffic();
        traffic.note_read(26);
        assert!(traffic.has_had_enough());
        assert!(!traffic.has_had_enough());
    }
}
