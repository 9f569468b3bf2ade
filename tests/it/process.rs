//! The program itself: how it starts, refuses to start, dies and comes back.

mod crash;
mod exposed;
mod files;
mod import;
mod lock;
mod memory;
mod qr;
mod refusals;
mod secret_files;
mod secrets;
mod stop;
mod strangers;
mod traces;
