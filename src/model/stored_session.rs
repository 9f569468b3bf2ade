//! An account as the database keeps it, whether it runs or not.

use crate::model::{SessionId, SessionName, StoredState, TenantId, UserId, UtcTime};

/// An account as the database knows it. Its secrets are read apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// The number of its name.
    pub id: SessionId,
    /// The name that clients use.
    pub name: SessionName,
    /// Whose account it is; the operator's when `None`.
    pub owner: Option<TenantId>,
    /// Where its life stands.
    pub state: StoredState,
    /// Why, such as `SESSION_REVOKED`.
    pub state_reason: Option<String>,
    /// The phone number, digits only.
    pub phone: Option<String>,
    /// The account's own user id, once it has logged in.
    pub user_id: Option<UserId>,
    /// The account's first name.
    pub first_name: Option<String>,
    /// The account's last name.
    pub last_name: Option<String>,
    /// The account's username without `@`.
    pub username: Option<String>,
    /// The data centre that holds the account, 1 to 5; `None` before the first connection.
    pub home_dc: Option<i32>,
    /// The application's id at Telegram.
    pub api_id: i32,
    /// When the row was made.
    pub created_at: UtcTime,
    /// When the row last changed.
    pub updated_at: UtcTime,
    /// When the account last became [`StoredState::Active`].
    pub logged_in_at: Option<UtcTime>,
}
