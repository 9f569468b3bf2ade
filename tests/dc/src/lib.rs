//! A local Telegram data centre: a real MTProto 2.0 server for tests, load and the sandbox.
//!
//! It owns the protocol ([`link`]) and what is behind it (accounts, messages, updates), joined by
//! the seam in [`service`]. It must not know the hub: any MTProto client can talk to it.

pub mod link;
pub mod service;
