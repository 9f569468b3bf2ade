//! The identifiers of the world, one newtype each, so that none is passed for another.
//!
//! Owns nothing but the numbers. Knows neither TL nor sockets.

use std::fmt;

/// A user's id, the same for every account. Positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

/// A message's id in the box of one account, from 1, without gaps in time.
///
/// The two sides of a private chat hold the same message under different ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i32);

/// The place of a message in the ledger, from 0, in the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PostId(pub usize);

/// The proof that an account has met a user; good for that account only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessHash(pub i64);

/// `auth_key_id` of an authorisation key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub i64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
