//! The data centre, scripted from Rust, as a grammers client sees it.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, also in the functions that its tests share"
)]

mod chats;
mod client;
mod control;
mod differences;
mod faults;
mod files;
mod folders;
mod messages;
mod past;
mod phone;
mod pushes;
mod raw;
mod rules;
mod scenes;
