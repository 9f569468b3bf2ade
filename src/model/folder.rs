//! An account's own folders of its chats, and what is in them.
//!
//! A folder is a set of rules that clients work out; Telegram tells no folder's chats.
//! Sources: <https://core.telegram.org/api/folders>, and TDLib (`DialogFilter::need_dialog`) for
//! which rule goes before which.

use crate::model::{ChatClass, ChatId, ListedChat, UtcTime};

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its number: 0 for all chats but the archived ones, 1 for the archive, from 2 for others.
    pub id: i32,
    /// Its title; empty when it has none.
    pub title: String,
    /// What is in it.
    pub rules: FolderRules,
}

/// What is in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "these are Telegram's flags")]
pub struct FolderRules {
    /// These chats, whatever else holds; pinned ones are among them.
    pub included: Vec<ChatId>,
    /// Not these.
    pub excluded: Vec<ChatId>,
    /// Users among the contacts.
    pub contacts: bool,
    /// Other users.
    pub non_contacts: bool,
    /// Groups and supergroups.
    pub groups: bool,
    /// Channels.
    pub broadcasts: bool,
    /// Bots.
    pub bots: bool,
    /// None of these kinds that is silent.
    pub exclude_muted: bool,
    /// None of them that is read.
    pub exclude_read: bool,
    /// None of them that is archived.
    pub exclude_archived: bool,
    /// None of them that is not; no folder that a client makes has it.
    pub exclude_unarchived: bool,
}

/// Until when chats are silent that nothing else is set for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mutes {
    /// Private chats.
    pub users: Option<UtcTime>,
    /// Groups and supergroups.
    pub groups: Option<UtcTime>,
    /// Channels.
    pub broadcasts: Option<UtcTime>,
}

impl Folder {
    /// All chats but the archived ones.
    pub const MAIN: i32 = 0;
    /// The archive.
    pub const ARCHIVE: i32 = 1;

    /// The list of all chats.
    pub fn main() -> Self {
        Self {
            id: Self::MAIN,
            title: "All Chats".to_owned(),
            rules: FolderRules {
                exclude_archived: true,
                ..FolderRules::everything()
            },
        }
    }

    /// The archived chats.
    pub fn archive() -> Self {
        Self {
            id: Self::ARCHIVE,
            title: "Archived Chats".to_owned(),
            rules: FolderRules {
                exclude_unarchived: true,
                ..FolderRules::everything()
            },
        }
    }

    /// The title to show.
    pub fn shown_title(&self) -> String {
        if self.title.is_empty() {
            format!("Folder {}", self.id)
        } else {
            self.title.clone()
        }
    }
}

impl FolderRules {
    fn everything() -> Self {
        Self {
            contacts: true,
            non_contacts: true,
            groups: true,
            broadcasts: true,
            bots: true,
            ..Self::default()
        }
    }

    /// Whether a chat is in the folder.
    pub fn admits(&self, chat: &ListedChat, mutes: &Mutes, now: UtcTime) -> bool {
        let id = chat.peer.peer_id;
        if self.included.contains(&id) {
            return true;
        }
        if self.excluded.contains(&id) {
            return false;
        }
        let is_apart = if chat.archived {
            self.exclude_archived
        } else {
            self.exclude_unarchived
        };
        if is_apart {
            return false;
        }
        // Whoever speaks to the account is shown, however silent the chat is.
        if !chat.has_unread_mentions {
            let is_muted = mutes.until(chat).is_some_and(|until| until > now);
            if self.exclude_muted && is_muted || self.exclude_read && !chat.has_unread {
                return false;
            }
        }
        match ChatClass::of(&chat.peer) {
            ChatClass::Bot => self.bots,
            ChatClass::Saved => self.contacts,
            ChatClass::User if chat.traits.is_contact => self.contacts,
            ChatClass::User => self.non_contacts,
            ChatClass::Group | ChatClass::Supergroup => self.groups,
            ChatClass::Channel => self.broadcasts,
        }
    }
}

impl Mutes {
    fn until(&self, chat: &ListedChat) -> Option<UtcTime> {
        chat.muted_until.or(match ChatClass::of(&chat.peer) {
            ChatClass::User | ChatClass::Bot | ChatClass::Saved => self.users,
            ChatClass::Group | ChatClass::Supergroup => self.groups,
            ChatClass::Channel => self.broadcasts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Peer;

    fn chat(peer_id: ChatId) -> ListedChat {
        ListedChat::new(Peer::new(peer_id))
    }

    fn at(seconds: i64) -> UtcTime {
        UtcTime::from_unix(seconds).expect("a time")
    }

    fn admits(rules: &FolderRules, chat: &ListedChat) -> bool {
        let mutes = Mutes {
            groups: Some(at(200)),
            ..Mutes::default()
        };
        rules.admits(chat, &mutes, at(100))
    }

    #[test]
    fn each_kind_of_chat_has_its_flag() {
        let (user, group) = (chat(ChatId::user(7)), chat(ChatId::chat(7)));
        let mut contact = user.clone();
        contact.traits.is_contact = true;
        let (mut bot, mut own) = (contact.clone(), user.clone());
        bot.peer.is_bot = Some(true);
        own.peer.is_self = Some(true);
        let (supergroup, mut channel) = (chat(ChatId::channel(7)), chat(ChatId::channel(8)));
        channel.peer.is_broadcast = Some(true);
        let all = [&contact, &own, &user, &group, &supergroup, &channel, &bot];
        let none = FolderRules::default();
        for (rules, expected) in [
            (none.clone(), [false; 7]),
            (
                FolderRules {
                    contacts: true,
                    ..none.clone()
                },
                [true, true, false, false, false, false, false],
            ),
            (
                FolderRules {
                    non_contacts: true,
                    ..none.clone()
                },
                [false, false, true, false, false, false, false],
            ),
            (
                FolderRules {
                    groups: true,
                    ..none.clone()
                },
                [false, false, false, true, true, false, false],
            ),
            (
                FolderRules {
                    broadcasts: true,
                    ..none.clone()
                },
                [false, false, false, false, false, true, false],
            ),
            (
                FolderRules { bots: true, ..none },
                [false, false, false, false, false, false, true],
            ),
            (FolderRules::everything(), [true; 7]),
        ] {
            assert_eq!(all.map(|chat| admits(&rules, chat)), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_named_chat_is_in_whatever_else_is_said() {
        let mut read = chat(ChatId::user(7));
        read.archived = true;
        let rules = FolderRules {
            included: vec![ChatId::user(7)],
            excluded: vec![ChatId::user(7)],
            exclude_read: true,
            exclude_archived: true,
            ..FolderRules::default()
        };
        assert!(admits(&rules, &read));
        let rules = FolderRules {
            excluded: vec![ChatId::user(7)],
            ..FolderRules::everything()
        };
        assert!(!admits(&rules, &read));
    }

    #[test]
    fn silent_and_read_chats_are_left_out_unless_somebody_speaks_to_the_account() {
        let (user, group) = (chat(ChatId::user(7)), chat(ChatId::chat(7)));
        let unmuted = FolderRules {
            exclude_muted: true,
            ..FolderRules::everything()
        };
        assert!(
            admits(&unmuted, &user),
            "private chats are not silent by default"
        );
        assert!(!admits(&unmuted, &group), "groups are");
        let loud = ListedChat {
            muted_until: Some(at(0)),
            ..group.clone()
        };
        assert!(admits(&unmuted, &loud));
        let silent = ListedChat {
            muted_until: Some(at(101)),
            ..user.clone()
        };
        assert!(!admits(&unmuted, &silent));
        let unread = FolderRules {
            exclude_read: true,
            ..FolderRules::everything()
        };
        assert!(!admits(&unread, &user));
        let marked = ListedChat {
            has_unread: true,
            ..user
        };
        assert!(admits(&unread, &marked));
        let mut mentioned = ListedChat {
            has_unread_mentions: true,
            ..group
        };
        assert!(admits(&unmuted, &mentioned) && admits(&unread, &mentioned));
        mentioned.archived = true;
        let main = Folder::main().rules;
        assert!(
            !admits(&main, &mentioned),
            "the archive is apart all the same"
        );
    }
}
