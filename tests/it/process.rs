//! The program itself: how it starts, refuses to start, dies and comes back.

mod crash;
mod files;
mod lock;
mod memory;
mod refusals;
mod secrets;
mod stop;
mod strangers;
