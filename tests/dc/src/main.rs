//! dc
fn main() {}
