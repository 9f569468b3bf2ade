//! Basic groups: making them, members coming and going, titles.
//!
//! Owns the changes and the service messages that tell of them. The messages themselves are in the
//! boxes of the members, as those of private chats are.

use super::World;
use super::deliver::Body;
use super::group::{Group, MAX_MEMBERS, Member, title};
use super::ids::{GroupId, UserId};
use super::news::{News, Origin};
use super::post::{Action, Place};
use super::refusal::Refusal;
use super::send::Sent;

/// Ids of basic groups start behind this; they do not fit into 32 bits.
const BASE: i64 = 4_800_000_000;

impl World {
    /// The basic group with this id.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// All basic groups, in no order.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// Makes a basic group of `creator` and `users`.
    ///
    /// # Errors
    /// 400 `CHAT_TITLE_EMPTY`, `USERS_TOO_FEW` without anybody else, `USERS_TOO_MUCH`.
    pub fn create_group(
        &mut self,
        creator: UserId,
        name: &str,
        users: &[UserId],
        origin: Option<Origin>,
    ) -> Result<(GroupId, Sent), Refusal> {
        let title = title(name)?;
        let date = self.now();
        let mut others: Vec<UserId> = Vec::new();
        for user in users {
            if *user != creator && !others.contains(user) {
                others.push(*user);
            }
        }
        match others.len() {
            0 => return Err(Refusal::bad("USERS_TOO_FEW")),
            MAX_MEMBERS.. => return Err(Refusal::bad("USERS_TOO_MUCH")),
            _ => {}
        }
        let id = GroupId(BASE + i64::try_from(self.groups.len()).unwrap_or(0) + 1);
        let member = |user| Member {
            user,
            inviter: creator,
            date,
        };
        let members = std::iter::once(creator).chain(others.iter().copied());
        self.groups.insert(
            id,
            Group {
                id,
                title: title.clone(),
                creator,
                date,
                members: members.map(member).collect(),
                version: 1,
                migrated_to: None,
            },
        );
        let members = others;
        let action = Action::GroupCreated { title, members };
        let sent = self.group_service(creator, id, action, None, origin)?;
        Ok((id, sent))
    }

    /// Takes `user` into a group of `actor`'s.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID` for strangers, `USER_ALREADY_PARTICIPANT`, `USERS_TOO_MUCH`.
    pub fn add_to_group(
        &mut self,
        actor: UserId,
        id: GroupId,
        user: UserId,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let date = self.now();
        let group = self.group_of(actor, id)?;
        if group.has(user) {
            return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
        }
        if group.members.len() >= MAX_MEMBERS {
            return Err(Refusal::bad("USERS_TOO_MUCH"));
        }
        group.members.push(Member {
            user,
            inviter: actor,
            date,
        });
        group.version += 1;
        self.group_service(actor, id, Action::Added(vec![user]), None, origin)
    }

    /// Removes `user` from a group: anybody themselves, the creator anybody.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID` for strangers, `USER_NOT_PARTICIPANT`, `CHAT_ADMIN_REQUIRED`.
    pub fn remove_from_group(
        &mut self,
        actor: UserId,
        id: GroupId,
        user: UserId,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let group = self.group_of(actor, id)?;
        if !group.has(user) {
            return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
        }
        if actor != user && actor != group.creator {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        group.members.retain(|member| member.user != user);
        group.version += 1;
        // Whoever goes is told of it last.
        self.group_service(actor, id, Action::Removed(user), Some(user), origin)
    }

    /// Gives a group another title.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID` for strangers, `CHAT_TITLE_EMPTY`, `CHAT_NOT_MODIFIED`.
    pub fn rename_group(
        &mut self,
        actor: UserId,
        id: GroupId,
        name: &str,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let title = title(name)?;
        let group = self.group_of(actor, id)?;
        if group.title == title {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        group.title.clone_from(&title);
        group.version += 1;
        self.group_service(actor, id, Action::Renamed(title), None, origin)
    }

    /// Deletes a group: nobody is in it any more. What was written stays with those who hold it.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID` for strangers, `CHAT_ADMIN_REQUIRED`.
    pub fn delete_group(
        &mut self,
        actor: UserId,
        id: GroupId,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let group = self.group_of(actor, id)?;
        if group.creator != actor {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        group.version += 1;
        let members = std::mem::take(&mut group.members);
        for member in members {
            let except = origin.filter(|_| member.user == actor);
            self.tell(member.user, News::Group(id), except);
        }
        Ok(())
    }

    pub(super) fn group_of(&mut self, actor: UserId, id: GroupId) -> Result<&mut Group, Refusal> {
        let group = self
            .groups
            .get_mut(&id)
            .ok_or_else(|| Refusal::bad("CHAT_ID_INVALID"))?;
        group.check_member(actor)?;
        Ok(group)
    }

    pub(super) fn group_service(
        &mut self,
        actor: UserId,
        id: GroupId,
        action: Action,
        also: Option<UserId>,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let mut holders = self.holders(actor, id);
        holders.extend(also.filter(|user| !holders.contains(user)));
        self.deliver(Place::Group(id), &holders, Body::service(action), origin)
    }

    /// Who holds what `author` writes in a group: the author first, then the other members.
    pub(super) fn holders(&self, author: UserId, id: GroupId) -> Vec<UserId> {
        let members = self.group(id).map_or(Vec::new(), Group::users);
        let others = members.into_iter().filter(|user| *user != author);
        std::iter::once(author).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::{MessageId, Peer};
    use super::super::people::fixed;
    use super::super::post::Content;
    use super::super::send::Draft;
    use super::*;
    use crate::clock::Clock;

    fn trio() -> (World, [UserId; 3]) {
        let mut world = World::new(fixed(), Clock::default());
        let trio = ["alice", "bob", "carol"].map(|name| world.user_by_name(name).unwrap());
        (world, trio)
    }

    fn say(world: &mut World, from: UserId, group: GroupId, text: &str) -> Result<Sent, Refusal> {
        let draft = Draft {
            content: Content::plain(text),
            ..Draft::default()
        };
        world.send(from, Peer::Group(group), draft, None)
    }

    #[test]
    fn members_hold_a_groups_message_under_their_own_ids() {
        let (mut world, [alice, bob, carol]) = trio();
        world
            .send(alice, Peer::User(alice), note("note"), None)
            .unwrap();
        let (group, _) = world
            .create_group(alice, "trio", &[bob, carol], None)
            .unwrap();
        let sent = say(&mut world, bob, group, "hi").unwrap();
        let post = world.post(sent.post).unwrap();
        let ids = [alice, bob, carol].map(|user| post.id_for(user).unwrap().0);
        assert_eq!(ids, [3, 2, 2]);
        assert_eq!(post.sides[0].user, bob);
        let held = world.account(carol).unwrap().held(MessageId(2)).unwrap();
        assert_eq!((held.peer, held.out), (Peer::Group(group), false));
    }

    fn note(text: &str) -> Draft {
        Draft {
            content: Content::plain(text),
            ..Draft::default()
        }
    }

    #[test]
    fn who_is_not_in_neither_writes_nor_hears() {
        let (mut world, [alice, bob, carol]) = trio();
        let (group, _) = world.create_group(alice, "duo", &[bob], None).unwrap();
        assert!(say(&mut world, carol, group, "hi").is_err());
        say(&mut world, bob, group, "before").unwrap();
        world.add_to_group(bob, group, carol, None).unwrap();
        let after = say(&mut world, bob, group, "after").unwrap();
        assert_eq!(world.account(carol).unwrap().held.len(), 2);
        world.remove_from_group(alice, group, carol, None).unwrap();
        assert_eq!(world.account(carol).unwrap().held.len(), 3);
        say(&mut world, bob, group, "without carol").unwrap();
        assert_eq!(world.account(carol).unwrap().held.len(), 3);
        assert!(world.post(after.post).unwrap().id_for(carol).is_some());
    }

    #[test]
    fn only_the_creator_removes_others() {
        let (mut world, [alice, bob, carol]) = trio();
        let (group, _) = world
            .create_group(alice, "trio", &[bob, carol], None)
            .unwrap();
        let refused = world.remove_from_group(bob, group, carol, None);
        assert_eq!(refused, Err(Refusal::bad("CHAT_ADMIN_REQUIRED")));
        assert!(world.remove_from_group(bob, group, bob, None).is_ok());
        let again = world.remove_from_group(alice, group, bob, None);
        assert_eq!(again, Err(Refusal::bad("USER_NOT_PARTICIPANT")));
    }
}
