//! What the data centre answers when it does not do as asked: Telegram's code and error name.
//!
//! Owns the constructors for the codes in use. Knows nothing of the methods that refuse.

/// An error as Telegram words it. Source: <https://core.telegram.org/api/errors>.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {name}")]
pub struct Refusal {
    /// 303, 400, 401, 403, 406, 420 or 500.
    pub code: i32,
    /// Such as `PHONE_CODE_INVALID` or `FLOOD_WAIT_31`.
    pub name: String,
}

impl Refusal {
    /// Makes a refusal of any code.
    pub fn new(code: i32, name: impl Into<String>) -> Self {
        Self {
            code,
            name: name.into(),
        }
    }

    /// The request is wrong (400).
    pub fn bad(name: &str) -> Self {
        Self::new(400, name)
    }

    /// The caller is not, or no longer, logged in (401).
    pub fn unauthorised(name: &str) -> Self {
        Self::new(401, name)
    }

    /// The caller may not do that (403).
    pub fn forbidden(name: &str) -> Self {
        Self::new(403, name)
    }
}
