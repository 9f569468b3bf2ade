//! The seam between the link (MTProto: framing, keys, encryption, sessions) and what the data
//! centre does (accounts, messages, updates).
//!
//! The link knows nothing of Telegram's API; the service knows nothing of sockets. The link calls
//! [`Service::call`] once for each request of a client and sends the [`Reply`]; the service hands
//! updates to [`crate::link::Links::push`], at any time and from any thread.

use std::time::Duration;

/// Who calls: one request of one MTProto session of one authorisation key.
#[derive(Clone, Debug)]
pub struct Call {
    /// `auth_key_id` of the key the message came with.
    pub key_id: i64,
    /// The client's MTProto session id.
    pub session_id: i64,
    /// The link it came over; later links have higher numbers.
    pub link: u64,
    /// The API layer the key last announced with `invokeWithLayer`, 0 before the first.
    pub layer: i32,
    /// True inside `invokeWithoutUpdates`: this session gets no pushes because of this call.
    pub without_updates: bool,
}

/// What the link does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `rpc_result` with this serialised TL object.
    Result(Vec<u8>),
    /// The same of bytes that do not get smaller by packing, so that nobody should try.
    Bulk(Vec<u8>),
    /// `rpc_result` with `rpc_error`; the text as Telegram words it, such as `FLOOD_WAIT_31`.
    Error {
        /// Telegram's numeric code: 303, 400, 401, 403, 406, 420, 500.
        code: i32,
        /// Telegram's error name with its number in place.
        message: String,
    },
    /// The same, but only after this long. Other requests of the link go on meanwhile.
    After(Duration, Box<Reply>),
    /// No answer, ever (a stalled method).
    Silence,
    /// The link is closed without an answer.
    Close,
    /// A lone negative transport error, such as -404, and the link is closed.
    TransportError(i32),
}

/// What the data centre does with requests. Calls of one link arrive in order.
pub trait Service: Send + Sync + 'static {
    /// Answers one request. `body` is the innermost query, all wrappers
    /// (`invokeWithLayer`, `initConnection`, `invokeWithoutUpdates`, `invokeAfterMsg`, gzip)
    /// already peeled off. Must not block.
    fn call(&self, call: &Call, body: &[u8]) -> Reply;

    /// The first message of a new session of this key has arrived
    /// (`new_session_created` has been queued).
    fn session_opened(&self, key_id: i64, session_id: i64);

    /// Whether a link of this key may stay: `Some(code)` refuses it with that transport error
    /// (-404 for a key that is to be forgotten, -429 for too many connections).
    fn refuses(&self, key_id: i64) -> Option<i32>;

    /// The key is in use over links from two addresses. Whether an authorisation has ended by that.
    fn duplicated(&self, key_id: i64) -> bool;
}
