//! The composition root: what the running hub holds.
//!
//! It owns the lives of everything below it and is handed to the operations. It knows nothing of
//! HTTP.

/// The running hub.
#[derive(Debug)]
pub struct Hub;
