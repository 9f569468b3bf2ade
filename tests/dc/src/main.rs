//! dc
fn main(){}
