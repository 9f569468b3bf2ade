//! The archive, and the chats that are pinned to the top of the list.
//!
//! Owns which chats are where, for one account each, and who is told. The list itself is
//! `dialogs`'. Source: <https://core.telegram.org/api/folders>.

use std::collections::BTreeSet;

use super::World;
use super::events::{Event, EventKind};
use super::ids::{Peer, UserId};
use super::news::{News, Origin};
use super::refusal::Refusal;

/// The folder that the list of chats is.
pub const MAIN: i32 = 0;
/// The folder that the archive is.
pub const ARCHIVE: i32 = 1;

/// Where the chats of one account are.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    archived: BTreeSet<Peer>,
    /// Of both folders, from the top.
    pinned: Vec<Peer>,
}

impl Folders {
    /// The folder a chat is in.
    pub fn folder(&self, peer: Peer) -> i32 {
        if self.archived.contains(&peer) {
            ARCHIVE
        } else {
            MAIN
        }
    }

    /// The pinned chats of a folder, from the top.
    pub fn pinned(&self, folder: i32) -> Vec<Peer> {
        let pinned = self.pinned.iter().copied();
        pinned.filter(|peer| self.folder(*peer) == folder).collect()
    }

    /// Whether a chat is pinned in its folder.
    pub fn is_pinned(&self, peer: Peer) -> bool {
        self.pinned.contains(&peer)
    }

    /// How many chats may be pinned in a folder.
    fn limit(folder: i32) -> usize {
        if folder == MAIN { 5 } else { 100 }
    }
}

impl World {
    /// Puts chats into folders, and answers the event; none if they are there already. A chat
    /// that changes its folder is no longer pinned.
    ///
    /// # Errors
    /// 400 `FOLDER_ID_INVALID` for other folders than the two.
    pub fn set_folders(
        &mut self,
        user: UserId,
        moves: &[(Peer, i32)],
        origin: Option<Origin>,
    ) -> Result<Option<Event>, Refusal> {
        if moves.iter().any(|(_, to)| ![MAIN, ARCHIVE].contains(to)) {
            return Err(Refusal::bad("FOLDER_ID_INVALID"));
        }
        let date = self.now();
        let Some(account) = self.accounts.get_mut(&user) else {
            return Ok(None);
        };
        let mut changed = Vec::new();
        for (peer, to) in moves {
            let folders = &mut account.folders;
            if folders.folder(*peer) == *to {
                continue;
            }
            folders.pinned.retain(|pinned| pinned != peer);
            if *to == ARCHIVE {
                folders.archived.insert(*peer);
            } else {
                folders.archived.remove(peer);
            }
            changed.push((*peer, *to));
        }
        if changed.is_empty() {
            return Ok(None);
        }
        Ok(self.happen(user, date, EventKind::Filed(changed), origin))
    }

    /// Pins a chat to the top of its folder, or takes it from there.
    ///
    /// # Errors
    /// 400 `PINNED_DIALOGS_TOO_MUCH`.
    pub fn pin_dialog(
        &mut self,
        user: UserId,
        peer: Peer,
        pinned: bool,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let Some(account) = self.accounts.get_mut(&user) else {
            return Ok(());
        };
        let folders = &mut account.folders;
        if folders.is_pinned(peer) == pinned {
            return Ok(());
        }
        if pinned {
            let folder = folders.folder(peer);
            if folders.pinned(folder).len() >= Folders::limit(folder) {
                return Err(Refusal::bad("PINNED_DIALOGS_TOO_MUCH"));
            }
            folders.pinned.insert(0, peer);
        } else {
            folders.pinned.retain(|other| *other != peer);
        }
        self.tell(user, News::DialogPinned { peer, pinned }, origin);
        Ok(())
    }

    /// Gives the pinned chats of a folder another order: those named first, in this order. With
    /// `force` those not named are no longer pinned.
    pub fn reorder_pinned(
        &mut self,
        user: UserId,
        folder: i32,
        order: &[Peer],
        force: bool,
        origin: Option<Origin>,
    ) {
        let Some(account) = self.accounts.get_mut(&user) else {
            return;
        };
        let folders = &mut account.folders;
        let before = folders.pinned(folder);
        let named = order.iter().copied().filter(|peer| before.contains(peer));
        let mut after: Vec<Peer> = named.collect();
        if !force {
            let rest = before.iter().filter(|peer| !order.contains(peer));
            after.extend(rest);
        }
        folders.pinned.retain(|peer| !before.contains(peer));
        folders.pinned.extend(after);
        self.tell(user, News::DialogsReordered(folder), origin);
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::super::post::Content;
    use super::super::send::Draft;
    use super::*;
    use crate::clock::Clock;

    fn peers(world: &World, user: UserId, folder: Option<i32>) -> Vec<Peer> {
        let listed = world.dialogs(user, folder);
        listed.into_iter().map(|listed| listed.peer).collect()
    }

    #[test]
    fn pinned_chats_come_first_and_the_archive_is_apart() {
        let mut world = World::new(fixed(), Clock::default());
        let [alice, bob, carol] =
            ["alice", "bob", "carol"].map(|name| world.user_by_name(name).unwrap());
        let [to_self, to_bob, to_carol] = [alice, bob, carol].map(Peer::User);
        for to in [to_self, to_bob, to_carol] {
            let draft = Draft {
                content: Content::plain("hi"),
                ..Draft::default()
            };
            world.send(alice, to, draft, None).unwrap();
        }
        world.pin_dialog(alice, to_self, true, None).unwrap();
        assert_eq!(peers(&world, alice, None), [to_self, to_carol, to_bob]);
        let event = world
            .set_folders(alice, &[(to_self, ARCHIVE)], None)
            .unwrap();
        assert_eq!(
            event.unwrap().pts,
            world.account(alice).unwrap().events.pts()
        );
        assert_eq!(peers(&world, alice, Some(ARCHIVE)), [to_self]);
        assert_eq!(peers(&world, alice, Some(MAIN)), [to_carol, to_bob]);
        assert_eq!(peers(&world, alice, None), [to_carol, to_bob, to_self]);
        assert_eq!(
            world.set_folders(alice, &[(to_self, ARCHIVE)], None),
            Ok(None)
        );
        assert!(world.set_folders(alice, &[(to_bob, 2)], None).is_err());
    }
}
