//! Tests of the link: a client written here from the protocol's pages, and grammers' own sender,
//! against the server with a service that echoes.

mod client;
mod echo;
mod exchange;
