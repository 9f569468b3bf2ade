//! Telegram's API over the world: one function per method, grouped by file as the methods are.
//!
//! Owns the translation between TL and the world, and who is told of what happened. It never sees
//! a socket: the link hands it requests, and it hands the link serialised updates.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "every method has the signature of the table, whatever it needs of it"
)]

mod account;
mod admins;
mod auth;
mod change;
mod channel_info;
mod channel_updates;
mod channels;
mod contacts;
mod dialogs;
mod drafts;
mod filters;
mod folders;
mod forums;
mod forward;
mod groups;
mod help;
mod history;
#[cfg(test)]
mod hostile;
mod intake;
mod invites;
mod login;
mod media;
mod messages;
mod named;
mod notify;
mod password;
mod peers;
mod pins;
mod place;
mod polls;
mod profile;
mod qr;
mod reactions;
mod render;
mod routes;
mod scheduled;
mod search;
mod telling;
mod updates;
mod upload;
mod users;

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use grammers_tl_types::{Deserializable, RemoteCall, Serializable, name_for_id};

use crate::clock::machine_micros;
use crate::service::{Call, Reply, Service};
use crate::world::World;
use crate::world::faults::FaultKind;
use crate::world::ids::{KeyId, UserId};
use crate::world::keys::KeyState;
use crate::world::news::Origin;
use crate::world::refusal::Refusal;

/// The oldest API layer whose clients know the constructors of ours.
const OLDEST_LAYER: i32 = 229;
/// The longest request, in bytes, that any method here has a use for.
const MAX_BODY: usize = 256 * 1024;
/// The longest request that holds a part of a file, in bytes.
const MAX_FLAT_BODY: usize = crate::storage::MAX_PART + 1024;
/// Requests up to this size, in bytes, nest too little to need much stack.
const SHALLOW_BODY: usize = 2048;
/// Stack for one level of nesting, in bytes, measured without optimisation and doubled.
const STACK_PER_LEVEL: usize = 2048;

/// Where serialised updates go.
pub trait Outlet: Send + Sync + 'static {
    /// Queues a serialised `Updates` for every session of a key but one. Must not block.
    fn push(&self, key: KeyId, except_session: Option<i64>, updates: Bytes);
}

/// The API of one data centre.
pub struct Api {
    world: Mutex<World>,
    outlet: Arc<dyn Outlet>,
    address: SocketAddr,
}

/// The world under its lock. What happened is told when it is let go, while still locked, so that
/// pushes leave in the order of pts.
pub struct Locked<'a> {
    world: MutexGuard<'a, World>,
    outlet: &'a dyn Outlet,
}

impl Api {
    /// The API over a world; `address` is what `help.getConfig` names for every data centre.
    pub fn new(world: World, outlet: Arc<dyn Outlet>, address: SocketAddr) -> Self {
        Self {
            world: Mutex::new(world),
            outlet,
            address,
        }
    }

    /// Takes the world's lock.
    pub fn world(&self) -> Locked<'_> {
        Locked {
            // A panic under the lock leaves at worst one call half done; the rest goes on.
            world: self.world.lock().unwrap_or_else(PoisonError::into_inner),
            outlet: &*self.outlet,
        }
    }
}

impl Deref for Locked<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        telling::tell(&mut self.world, self.outlet);
    }
}

/// One request being answered.
pub(crate) struct Request<'a> {
    api: &'a Api,
    call: &'a Call,
}

impl Request<'_> {
    fn key(&self) -> KeyId {
        KeyId(self.call.key_id)
    }

    fn origin(&self) -> Origin {
        Origin {
            key: self.key(),
            session: self.call.session_id,
        }
    }

    fn world(&self) -> Locked<'_> {
        self.api.world()
    }

    /// The world and whom the caller acts for in it.
    fn authorised(&self) -> Result<(Locked<'_>, UserId), Refusal> {
        let world = self.world();
        let caller = world.caller(self.key())?;
        Ok((world, caller))
    }
}

/// Reads a request, runs its method and serialises the answer.
fn run<F>(
    request: &Request<'_>,
    body: &[u8],
    method: fn(&Request<'_>, F) -> Result<F::Return, Refusal>,
) -> Result<Vec<u8>, Refusal>
where
    F: RemoteCall + Deserializable,
    F::Return: Serializable,
{
    let input = F::from_bytes(body).map_err(|error| {
        log::debug!("unreadable request: {error}");
        Refusal::bad("INPUT_FETCH_ERROR")
    })?;
    let answer = method(request, input)?.to_bytes();
    Ok(render::fill(&request.world(), answer))
}

impl Api {
    fn answer(&self, call: &Call, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (id, rest) = split(body)?;
        let request = Request { api: self, call };
        let Some(method) = routes::find(id) else {
            return Err(Refusal::bad(&format!("INPUT_METHOD_INVALID_{id}")));
        };
        match call.layer {
            0 => Err(Refusal::bad("CONNECTION_NOT_INITED")),
            layer if layer < OLDEST_LAYER => Err(Refusal::bad("CONNECTION_LAYER_INVALID")),
            _ if routes::is_flat(id) && rest.len() <= MAX_FLAT_BODY => method(&request, rest),
            _ if rest.len() > MAX_BODY => Err(Refusal::bad("INPUT_REQUEST_TOO_LONG")),
            _ if rest.len() > SHALLOW_BODY => on_deep_stack(rest.len(), || method(&request, rest)),
            _ => method(&request, rest),
        }
    }

    /// Counts the call and answers the fault that strikes it, or the flood it belongs to, if any.
    fn strike(&self, call: &Call, method: &'static str, body: &[u8]) -> Option<FaultKind> {
        let mut world = self.world();
        *world.calls.entry(method).or_default() += 1;
        let (key, now) = (KeyId(call.key_id), machine_micros());
        let caller = world.caller(key).ok();
        if let Some(caller) = caller {
            world.watch.called(caller, method, now);
        }
        let redirection =
            caller.and_then(|caller| world.redirection(caller, key, call.link, method));
        if let Some(refusal) = redirection {
            return Some(FaultKind::Error(refusal));
        }
        let by_chat = world.faults.strike_by_chat();
        let chats = by_chat.then(|| named::chats(&world, caller, body));
        let chats = chats.unwrap_or_default();
        let struck = world.faults.strike(method, caller, &chats);
        let struck = struck.or_else(|| flood(&mut world, caller?, method, now));
        if let (Some(caller), Some(FaultKind::Error(refusal))) = (caller, &struck) {
            world.watch.refused(caller, method, &refusal.name, now);
        }
        struck
    }
}

/// The refusal of a call that an account makes too often.
fn flood(world: &mut World, caller: UserId, method: &'static str, now: i64) -> Option<FaultKind> {
    let limit = *world.rules.limits.get(method)?;
    let judged = world.floods.judge(caller, method, limit, now);
    judged.err().map(FaultKind::Error)
}

/// Runs `work` with a stack that fits a body of `size` bytes however deeply it nests.
///
/// The generated readers recurse once for every nested constructor, which is four bytes.
fn on_deep_stack(
    size: usize,
    work: impl FnOnce() -> Result<Vec<u8>, Refusal> + Send,
) -> Result<Vec<u8>, Refusal> {
    let stack = size / 4 * STACK_PER_LEVEL + (1 << 20);
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, work)
            .ok()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_else(|| Err(Refusal::new(500, "INTERNAL")))
    })
}

fn split(body: &[u8]) -> Result<(u32, &[u8]), Refusal> {
    let (id, rest) = body
        .split_first_chunk()
        .ok_or_else(|| Refusal::bad("INPUT_FETCH_ERROR"))?;
    Ok((u32::from_le_bytes(*id), rest))
}

impl Service for Api {
    fn call(&self, call: &Call, body: &[u8]) -> Reply {
        let method = split(body).map_or("(none)", |(id, _)| name_for_id(id));
        let is_bulk = split(body).is_ok_and(|(id, _)| routes::is_bulk(id));
        let answer = || match self.answer(call, body) {
            Ok(result) if is_bulk => Reply::Bulk(result),
            Ok(result) => Reply::Result(result),
            Err(refusal) => error(refusal),
        };
        match self.strike(call, method, body) {
            None => answer(),
            Some(FaultKind::Delay(time)) => Reply::After(time, Box::new(answer())),
            Some(FaultKind::LoseAnswer) => {
                answer();
                Reply::Silence
            }
            Some(FaultKind::Error(refusal)) => error(refusal),
            Some(FaultKind::Silence) => Reply::Silence,
            Some(FaultKind::Hollow) => Reply::Result(render::hollow()),
            Some(FaultKind::Raw { bytes, run }) => match run.then(answer) {
                Some(refused @ Reply::Error { .. }) => refused,
                _ => Reply::Result(bytes),
            },
            Some(FaultKind::Close) => Reply::Close,
            Some(FaultKind::TransportError(code)) => Reply::TransportError(code),
        }
    }

    fn session_opened(&self, _key_id: i64, _session_id: i64) {}

    fn refuses(&self, key_id: i64) -> Option<i32> {
        self.world().faults.refusal(KeyId(key_id))
    }

    fn duplicated(&self, key_id: i64) -> bool {
        let (mut world, key) = (self.world(), KeyId(key_id));
        let KeyState::Active(user) = world.key_state(key) else {
            return false;
        };
        world.end_key(key, KeyState::Duplicated(user));
        true
    }
}

fn error(refusal: Refusal) -> Reply {
    Reply::Error {
        code: refusal.code,
        message: refusal.name,
    }
}
