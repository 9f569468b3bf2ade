//! The data centre, scripted from Rust, as a grammers client sees it.

mod faults;
mod messages;
mod phone;
