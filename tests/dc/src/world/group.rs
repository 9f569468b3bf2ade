//! One basic group: its title and its members.
//!
//! Owns the rules of who may change what in it. Messages are in the boxes of its members: it
//! knows neither them nor who is told.

use super::ids::{ChannelId, GroupId, UserId};
use super::refusal::Refusal;

/// Members of a basic group, at most.
pub const MAX_MEMBERS: usize = 200;

/// A basic group.
#[derive(Debug)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Never empty.
    pub title: String,
    /// Who made it.
    pub creator: UserId,
    /// When, in seconds since 1970.
    pub date: i32,
    /// In the order of joining.
    pub members: Vec<Member>,
    /// Grows by one with every change of the members or the title.
    pub version: i32,
    /// The supergroup that has taken its place.
    pub migrated_to: Option<ChannelId>,
}

/// Somebody in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Who brought them; themselves if nobody did.
    pub inviter: UserId,
    /// Since when, in seconds since 1970.
    pub date: i32,
}

impl Group {
    /// Whether `user` is in it now.
    pub fn has(&self, user: UserId) -> bool {
        self.members.iter().any(|member| member.user == user)
    }

    /// Passes for members only, and for nobody once a supergroup has taken its place.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID`, as for a group that does not exist.
    pub fn check_member(&self, user: UserId) -> Result<(), Refusal> {
        if self.has(user) && self.migrated_to.is_none() {
            Ok(())
        } else {
            Err(Refusal::bad("CHAT_ID_INVALID"))
        }
    }

    /// The ids of the members, in the order of joining.
    pub fn users(&self) -> Vec<UserId> {
        self.members.iter().map(|member| member.user).collect()
    }
}

/// Cleans a title as Telegram does.
///
/// # Errors
/// 400 `CHAT_TITLE_EMPTY`.
pub fn title(title: &str) -> Result<String, Refusal> {
    let title: String = title.trim().chars().take(128).collect();
    if title.is_empty() {
        return Err(Refusal::bad("CHAT_TITLE_EMPTY"));
    }
    Ok(title)
}
