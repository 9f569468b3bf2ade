//! A basic group becomes a supergroup.
//!
//! Owns what changes with it: everybody is in the supergroup, the group stays with its messages
//! and takes no more, and both tell of it.
//! Source: <https://core.telegram.org/api/channel#migration>.

use super::World;
use super::channel::{Channel, ChannelKind};
use super::deliver::Body;
use super::ids::{ChannelId, GroupId, UserId};
use super::news::Origin;
use super::post::Action;
use super::refusal::Refusal;

impl World {
    /// Makes a supergroup of a basic group and answers it.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID` for strangers and for a group that was upgraded before,
    /// `CHAT_ADMIN_REQUIRED` for all but its creator.
    pub fn upgrade_group(
        &mut self,
        actor: UserId,
        id: GroupId,
        origin: Option<Origin>,
    ) -> Result<ChannelId, Refusal> {
        let date = self.now();
        let channel = self.next_channel();
        let group = self.group_of(actor, id)?;
        if group.creator != actor {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        let (title, members) = (group.title.clone(), group.users());
        group.version += 1;
        let made = Channel::new(channel, ChannelKind::Supergroup, title.clone(), actor, date);
        self.channels.insert(channel, made);
        for user in members {
            self.take_in(channel, user, actor, origin.filter(|_| user == actor))?;
        }
        // The group's own message is its last one.
        if let Some(group) = self.groups.get_mut(&id) {
            group.migrated_to = Some(channel);
        }
        self.group_service(actor, id, Action::MigratedTo(channel), None, origin)?;
        let from = Body::service(Action::MigratedFrom(id, title));
        self.publish(actor, channel, from, origin)?;
        Ok(channel)
    }
}
