//! A local Telegram data centre: a real MTProto 2.0 server for tests, load and the sandbox.
//!
//! [`link`] speaks MTProto and knows nothing of Telegram's API; [`world`] holds accounts and
//! messages and knows nothing of sockets; [`rpc`] stands between them, joined to the link by the
//! seam in [`service`]. [`dc`] starts it all. Everything lives in memory, files in [`storage`]
//! without names, and is gone when it stops; it must not know the hub: any MTProto client can talk to it.

pub mod cli;
pub mod clock;
pub mod control;
pub mod dc;
pub mod image;
pub mod link;
pub mod rpc;
pub mod service;
pub mod storage;
pub mod world;
