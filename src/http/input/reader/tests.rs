//! What the reader takes and how it words what it refuses, as policies have it.

use super::*;

mod golden;
mod plain;
mod wider;

pub(crate) const LAX: Policy = Policy::LAX;
pub(crate) const PLAIN: Policy = Policy::PLAIN;
