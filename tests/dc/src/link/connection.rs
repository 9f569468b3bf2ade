//! One TCP connection: the task that shuttles bytes between a socket and sessions.
//!
//! It owns the socket, the framing, the key exchange and the bytes that wait to be written. It must
//! not know what messages mean: sessions judge them and the service answers them.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use grammers_tl_types as tl;
use tl::{Identifiable, Serializable};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::answers::{Asker, Background};
use super::cipher;
use super::clock;
use super::exchange::Exchange;
use super::framing::Framer;
use super::keys::Key;
use super::links::{Ending, LinkHandle, Links};
use super::overlaps::{self, Overlap};
use super::session::{Session, Task};
use super::{wire, wrappers};
use crate::service::{Call, Service};

/// Bytes asked for in one read.
const READ: usize = 8 * 1024;
/// Waiting output from which on the link neither reads nor takes more from its sessions.
const OUTPUT_HIGH: usize = 256 * 1024;
/// Output memory an idle link may keep.
const OUTPUT_KEPT: usize = 4 * 1024;
/// How long a closing link tries to get rid of what it still has to say.
const FAREWELL: Duration = Duration::from_secs(1);
/// Sessions one link may carry; real clients use one.
const SESSIONS_MAX: usize = 64;
/// Telegram's transport error for an unknown key and for a broken exchange.
const UNKNOWN_KEY: i32 = -404;

/// The link has ended: it was closed, or the client broke the protocol.
struct Ended;

/// One connection of one client.
pub(super) struct Connection {
    stream: TcpStream,
    service: Arc<dyn Service>,
    links: Arc<Links>,
    background: Background,
    handle: Arc<LinkHandle>,
    framer: Framer,
    output: BytesMut,
    exchange: Option<Box<Exchange>>,
    keys: Vec<Arc<Key>>,
    sessions: Vec<(Arc<Key>, Arc<Session>)>,
    /// A packet that arrived for a key whose links stand still.
    held: Option<BytesMut>,
    ping_deadline: Option<Instant>,
}

impl Connection {
    /// Takes over an accepted socket.
    pub(super) fn new(
        stream: TcpStream,
        address: IpAddr,
        service: Arc<dyn Service>,
        links: Arc<Links>,
        background: Background,
    ) -> Self {
        if let Err(error) = stream.set_nodelay(true) {
            log::debug!("cannot turn Nagle's algorithm off: {error}");
        }
        Self {
            stream,
            service,
            background,
            handle: links.open(address),
            links,
            framer: Framer::default(),
            output: BytesMut::new(),
            exchange: None,
            keys: Vec::new(),
            sessions: Vec::new(),
            held: None,
            ping_deadline: None,
        }
    }

    /// Runs until either side closes or the server stops.
    pub(super) async fn run(mut self) {
        while self.turn().await.is_ok() {}
        if let Some(Ending::Error(code)) = self.handle.ending() {
            self.framer.put_error(code, &mut self.output);
            let farewell = async {
                self.stream.write_all(&self.output).await?;
                self.stream.shutdown().await
            };
            if !matches!(tokio::time::timeout(FAREWELL, farewell).await, Ok(Ok(()))) {
                log::debug!("link {}: no farewell", self.handle.id);
            }
        }
    }

    /// One turn of the loop: sends what waits, then sleeps until something happens.
    async fn turn(&mut self) -> Result<(), Ended> {
        let is_stalled = self.keys.iter().any(|key| key.is_stalled());
        if !is_stalled {
            if let Some(packet) = self.held.take() {
                self.packet(packet)?;
                self.packets()?;
            }
            self.collect();
        }
        if self.handle.ending().is_some() {
            return Err(Ended);
        }
        let may_read = !is_stalled && self.output.len() < OUTPUT_HIGH;
        let may_write = !is_stalled && !self.output.is_empty();
        let deadline = self.ping_deadline.filter(|_| !is_stalled);
        tokio::select! {
            () = self.background.stop.cancelled() => Err(Ended),
            () = self.handle.woken() => Ok(()),
            ready = self.stream.readable(), if may_read => ready.or(Err(Ended)).and_then(|()| self.read()),
            ready = self.stream.writable(), if may_write => ready.or(Err(Ended)).and_then(|()| self.write()),
            () = until(deadline), if deadline.is_some() => Err(Ended),
        }
    }

    fn read(&mut self) -> Result<(), Ended> {
        let buffer = self.framer.buffer();
        buffer.reserve(READ);
        match self.stream.try_read_buf(buffer) {
            Ok(0) => return Err(Ended),
            Ok(_) => {
                for key in &self.keys {
                    key.used_from(self.handle.address);
                }
                self.packets()?;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return Err(Ended),
        }
        self.framer.release();
        Ok(())
    }

    fn write(&mut self) -> Result<(), Ended> {
        match self.stream.try_write(&self.output) {
            Ok(written) => self.output.advance(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return Err(Ended),
        }
        if self.output.is_empty() && self.output.capacity() > OUTPUT_KEPT {
            self.output = BytesMut::new();
        }
        Ok(())
    }

    /// Handles all whole packets that have arrived.
    fn packets(&mut self) -> Result<(), Ended> {
        while self.held.is_none() && self.handle.ending().is_none() {
            match self.framer.next() {
                Ok(Some(packet)) => self.packet(packet)?,
                Ok(None) => break,
                Err(error) => {
                    log::debug!("link {}: {error}", self.handle.id);
                    return Err(Ended);
                }
            }
        }
        Ok(())
    }

    fn packet(&mut self, packet: BytesMut) -> Result<(), Ended> {
        match wire::long_at(&packet, 0) {
            Some(0) => self.plain(&packet),
            Some(key_id) => self.encrypted(key_id, packet),
            None => Err(Ended),
        }
    }

    /// Handles a message outside encryption, which can only belong to a key exchange.
    fn plain(&mut self, packet: &[u8]) -> Result<(), Ended> {
        let len = wire::int_at(packet, 16).and_then(|len| usize::try_from(len).ok());
        let end = len.and_then(|len| len.checked_add(20)).ok_or(Ended)?;
        let body = packet.get(20..end).ok_or(Ended)?;
        if wire::constructor(body) == Some(tl::types::MsgsAck::CONSTRUCTOR_ID) {
            return Ok(());
        }
        let exchange = self
            .exchange
            .get_or_insert_with(|| Box::new(Exchange::new(self.links.clock.clone())));
        let step = match exchange.step(body) {
            Ok(step) => step,
            Err(error) => {
                log::debug!("link {}: key exchange: {error}", self.handle.id);
                self.handle.end(Ending::Error(UNKNOWN_KEY));
                return Ok(());
            }
        };
        let mut answer = vec![0; 8];
        answer.extend_from_slice(&(clock::message_id_now(&self.links.clock) | 1).to_le_bytes());
        answer.extend_from_slice(&wire::length(step.answer.len()).to_le_bytes());
        answer.extend_from_slice(&step.answer);
        self.framer.put(&answer, &mut self.output);
        if let Some(key) = step.key {
            self.links.keys.insert(key.auth_key, key.first_salt);
            self.links
                .counters
                .exchanges
                .fetch_add(1, Ordering::Relaxed);
            self.exchange = None;
        }
        Ok(())
    }

    fn encrypted(&mut self, key_id: i64, packet: BytesMut) -> Result<(), Ended> {
        let Some(key) = self.key(key_id) else {
            return Ok(());
        };
        if key.is_stalled() {
            self.held = Some(packet);
            return Ok(());
        }
        let opened = cipher::open(&key.secret, packet).map_err(|error| {
            log::debug!("link {}: {error}", self.handle.id);
            Ended
        })?;
        self.links.counters.received.fetch_add(1, Ordering::Relaxed);
        let session = self.session(&key, opened.session_id)?;
        for task in session.receive(&self.handle, &key.salts, opened) {
            self.perform(&key, &session, task);
        }
        session.acknowledge();
        Ok(())
    }

    /// The key of a message; `None` when the link ends because of it.
    fn key(&mut self, key_id: i64) -> Option<Arc<Key>> {
        if let Some(key) = self.keys.iter().find(|key| key.id == key_id) {
            return Some(Arc::clone(key));
        }
        let Some(key) = self.links.keys.get(key_id) else {
            self.handle.end(Ending::Error(UNKNOWN_KEY));
            return None;
        };
        if let Some(code) = self.service.refuses(key_id) {
            self.handle.end(Ending::Error(code));
            return None;
        }
        key.used_from(self.handle.address);
        for former in key.add_link(&self.handle) {
            self.suspect(key_id, former);
        }
        self.keys.push(Arc::clone(&key));
        Some(key)
    }

    /// The key has another link from another address. If its client has closed that one, its end
    /// is only not noticed yet.
    fn suspect(&self, key_id: i64, former: Arc<LinkHandle>) {
        let (links, service) = (Arc::clone(&self.links), Arc::clone(&self.service));
        let (latter, at) = (self.handle.address, overlaps::now());
        self.background.tasks.spawn(async move {
            tokio::time::sleep(overlaps::NOTICED).await;
            if links.is_open(former.id) {
                links.overlaps.note(Overlap {
                    key_id,
                    former: former.address,
                    latter,
                    duplicated: service.duplicated(key_id),
                    at,
                });
            }
        });
    }

    fn session(&mut self, key: &Arc<Key>, id: i64) -> Result<Arc<Session>, Ended> {
        let is_it = |(of, session): &&(Arc<Key>, Arc<Session>)| of.id == key.id && session.id == id;
        if let Some((_, session)) = self.sessions.iter().find(is_it) {
            return Ok(Arc::clone(session));
        }
        if self.sessions.len() >= SESSIONS_MAX {
            return Err(Ended);
        }
        let session = key.session(id);
        self.sessions.push((Arc::clone(key), Arc::clone(&session)));
        Ok(session)
    }

    fn perform(&mut self, key: &Key, session: &Arc<Session>, task: Task) {
        match task {
            Task::Opened => self.service.session_opened(key.id, session.id),
            Task::Call { request, body } => self.call(key, session, request, body),
            Task::ExpectPing(wait) => self.ping_deadline = Some(Instant::now() + wait),
            Task::DestroySession(id) => {
                // A session cannot end itself: the answer would have nowhere to go.
                let is_gone = id != session.id && key.forget_session(id);
                self.sessions
                    .retain(|(of, known)| !is_gone || of.id != key.id || known.id != id);
                let answer = if is_gone {
                    tl::types::DestroySessionOk { session_id: id }.into()
                } else {
                    tl::enums::DestroySessionRes::DestroySessionNone(
                        tl::types::DestroySessionNone { session_id: id },
                    )
                };
                session.reply(answer.to_bytes());
            }
            Task::DestroyKey => {
                session.reply(tl::enums::DestroyAuthKeyRes::DestroyAuthKeyOk.to_bytes());
                self.collect();
                self.links.keys.remove(key.id);
                self.keys.retain(|known| known.id != key.id);
            }
        }
    }

    fn call(&self, key: &Key, session: &Arc<Session>, request: i64, body: bytes::Bytes) {
        let Some(peeled) = wrappers::peel(body) else {
            let error = wire::rpc_error(request, 400, "INPUT_FETCH_ERROR".to_owned());
            return session.respond(request, error);
        };
        if let Some(layer) = peeled.layer {
            key.layer.store(layer, Ordering::Relaxed);
        }
        if peeled.without_updates || peeled.initialised {
            session.set_updates(!peeled.without_updates);
        }
        let call = Call {
            key_id: key.id,
            session_id: session.id,
            link: self.handle.id,
            layer: key.layer.load(Ordering::Relaxed),
            without_updates: peeled.without_updates,
        };
        let reply = self.service.call(&call, &peeled.query);
        let asker = Asker {
            session: Arc::clone(session),
            link: Arc::clone(&self.handle),
            request,
        };
        asker.reply(reply, &self.background);
    }

    /// Seals what the sessions have to send, as long as the output is not full.
    fn collect(&mut self) {
        let now = self.links.clock.seconds();
        let mut sent = 0;
        for (key, session) in &self.sessions {
            while self.output.len() < OUTPUT_HIGH {
                let Some(batch) = session.take(self.handle.id) else {
                    break;
                };
                let salt = key.salts.current(now);
                let packet = cipher::seal(&key.secret, key.id, salt, session.id, &batch.message);
                self.framer.put(&packet, &mut self.output);
                sent += batch.count as u64;
            }
        }
        self.links.counters.sent.fetch_add(sent, Ordering::Relaxed);
    }
}

/// On every way out, also when the service panics: a dead link must not count as open.
impl Drop for Connection {
    fn drop(&mut self) {
        for (_, session) in &self.sessions {
            session.detach(self.handle.id);
        }
        for key in &self.keys {
            key.remove_link(self.handle.id);
        }
        self.links.closed(self.handle.id);
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
