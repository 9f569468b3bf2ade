//! What holds for every path: the pages of the hub itself, the gate, the frame, and silence about
//! secrets.

mod crowd;
mod frame;
mod gate;
mod gate_spellings;
mod guesses;
mod pages;
mod secrets;
