//! The link: everything between a TCP socket and one decrypted request of one session.
//!
//! It owns framing, the key exchange, MTProto 2.0 encryption, sessions with their message ids,
//! acknowledgements and resends, and the registry of who is reachable ([`Links`]). It must not know
//! Telegram's API: requests and updates are opaque TL bytes that [`crate::service`] understands.

mod answers;
mod cipher;
mod clock;
mod connection;
mod dh;
mod exchange;
mod framing;
mod inbox;
mod keys;
mod links;
mod outbox;
mod overlaps;
pub mod rsa;
mod salts;
mod server;
mod service_messages;
mod session;
mod wire;
mod wrappers;

pub use links::{LinkCounts, Links};
pub use overlaps::{KeyUse, Overlap};
pub use server::{listen, serve};
