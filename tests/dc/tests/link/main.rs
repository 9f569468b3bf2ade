//! Tests of the link: a client written here from the protocol's pages, and grammers' own sender,
//! against the server with a service that echoes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail the test that calls them"
)]

mod client;
mod echo;
mod exchange;
mod faults;
mod framing;
mod many;
mod messages;
mod protocol_messages;
mod real_client;
mod resends;
mod two_addresses;
mod updates;
