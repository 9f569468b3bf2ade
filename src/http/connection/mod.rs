//! A client's connection: a TCP stream that ends when its peer only costs.
//!
//! Owns what a connection may take: its place among all, the bytes that are read ahead of the
//! request in progress, and how long a peer may leave answers untaken or a head unfinished. It must
//! not know what the bytes say.
//!
//! The server library reads as much as comes and decodes all of it, whether or not the answers
//! before it are taken. So nothing is read here while a request is being answered or an answer
//! does not leave; all that is noticed then is whether the peer is gone.

mod slots;
mod traffic;

pub(super) use slots::{Slot, Slots};
pub(super) use traffic::{Busy, Traffic};

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// How many bytes of requests are read at a time. Heads can be short, and each that is read becomes
/// a request in memory.
const READ_AT_ONCE: usize = 4 * 1024;

/// How many bytes a peer takes at least within each time of patience, once it has to be waited for.
const LEAST_TAKEN: usize = 4 * 1024;

/// In how many parts the hub waits for a peer that takes nothing.
const PATIENCE_PARTS: u32 = 8;

/// How long peers are waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until the head of a request is there, from its first byte on.
    pub(super) head: Duration,
    /// Until the first byte of a request comes.
    pub(super) idle: Duration,
    /// Until a peer takes something of its answer.
    pub(super) write: Duration,
}

/// A client's connection.
pub(super) struct Connection {
    stream: TcpStream,
    traffic: Rc<Traffic>,
    patience: Patience,
    /// Runs while a request is waited for.
    quiet: Pin<Box<Sleep>>,
    /// What `quiet` waits for.
    awaited: Awaited,
    /// Runs while the peer does not take what is written.
    stalled: Pin<Box<Sleep>>,
    /// While the peer has to be waited for, what it has taken since when.
    taken: Option<Taken>,
    slot: Slot,
}

#[derive(Clone, Copy, Default)]
struct Taken {
    bytes: usize,
    /// How many parts of its patience the hub has waited.
    parts: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Nothing,
    Request,
    RestOfHead,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, slot: Slot, patience: Patience) -> Self {
        Self {
            stream,
            traffic: Rc::new(Traffic::new(slot.slots())),
            patience,
            quiet: Box::pin(sleep(patience.idle)),
            awaited: Awaited::Nothing,
            stalled: Box::pin(sleep(patience.write)),
            taken: None,
            slot,
        }
    }

    /// What its requests tell it.
    pub(super) fn traffic(&self) -> Rc<Traffic> {
        Rc::clone(&self.traffic)
    }

    /// Notices the end of the stream, and reads nothing.
    fn poll_end(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.traffic.wake_later(cx.waker());
        let mut byte = [0];
        match ready!(self.stream.poll_peek(cx, &mut ReadBuf::new(&mut byte))) {
            Ok(0) => Poll::Ready(Ok(())),
            Ok(_) => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Whether a request has been waited for too long.
    fn poll_quiet(&mut self, cx: &mut Context<'_>, heard: bool) -> Poll<()> {
        let awaited = match self.awaited {
            Awaited::RestOfHead => Awaited::RestOfHead,
            _ if heard => Awaited::RestOfHead,
            _ => Awaited::Request,
        };
        if awaited != self.awaited {
            self.awaited = awaited;
            let patience = if awaited == Awaited::RestOfHead {
                self.patience.head
            } else {
                self.patience.idle
            };
            self.quiet.as_mut().reset(Instant::now() + patience);
        }
        self.quiet.as_mut().poll(cx)
    }

    /// Whether the peer has taken too little for too long.
    ///
    /// While the answers that wait fill their memory, the first to go are those that wait longest.
    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut taken = match self.taken {
            Some(taken) => taken,
            None => self.wait_on(Taken::default()),
        };
        while self.stalled.as_mut().poll(cx).is_ready() {
            taken.parts += 1;
            let over = taken.parts >= PATIENCE_PARTS;
            if taken.bytes < LEAST_TAKEN && (over || self.slot.is_crowded()) {
                return Poll::Ready(());
            }
            taken = self.wait_on(if over { Taken::default() } else { taken });
        }
        Poll::Pending
    }

    fn wait_on(&mut self, taken: Taken) -> Taken {
        self.taken = Some(taken);
        let until = Instant::now() + self.patience.write / PATIENCE_PARTS;
        self.stalled.as_mut().reset(until);
        taken
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.traffic.is_busy() {
            this.awaited = Awaited::Nothing;
        }
        let most = match this.traffic.readable() {
            _ if this.taken.is_some() => 0,
            None => READ_AT_ONCE,
            Some(of_body) => of_body,
        };
        let most = most.min(buf.remaining());
        if most == 0 {
            return this.poll_end(cx);
        }
        if this.traffic.has_had_enough() {
            // What was read is looked at before there is more.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(most));
        let read = Pin::new(&mut this.stream).poll_read(cx, &mut part);
        let count = part.filled().len();
        buf.advance(count);
        this.traffic.note_read(count);
        if this.traffic.is_busy() || (read.is_ready() && count == 0) {
            return read;
        }
        let quiet = this.poll_quiet(cx, count > 0);
        match (read, quiet) {
            (Poll::Pending, Poll::Ready(())) => Poll::Ready(Err(ErrorKind::TimedOut.into())),
            (read, _) => read,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(cx, buf) {
            Poll::Ready(Ok(count)) => {
                if let Some(taken) = &mut this.taken {
                    taken.bytes += count;
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                ready!(this.poll_stalled(cx));
                Poll::Ready(Err(ErrorKind::TimedOut.into()))
            }
        }
    }

    /// Called once all that was to be written is.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.taken.take().is_some() {
            this.traffic.wake();
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
