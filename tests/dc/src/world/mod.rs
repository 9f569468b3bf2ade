//! The world behind the data centre: accounts, who is logged in, messages and what to tell whom.
//!
//! Owns all state in memory, under one lock held for microseconds; every account's lists are its
//! own, so that no call scans what belongs to others. It knows nothing of sockets, and of TL only
//! the formatting entities that it passes on.

pub mod account;
pub mod change;
pub mod clock;
pub mod contacts;
pub mod dialog;
pub mod events;
pub mod faults;
pub mod ids;
pub mod keys;
pub mod ledger;
pub mod logins;
pub mod password;
pub mod people;
pub mod post;
pub mod read;
pub mod refusal;
pub mod send;

use std::collections::{BTreeMap, HashMap};

use grammers_tl_types::enums::SendMessageAction;

use self::account::{Account, Profile};
use self::events::{Event, EventKind};
use self::faults::Faults;
use self::ids::{KeyId, UserId};
use self::keys::Key;
use self::logins::Logins;
use self::post::Post;

/// Everything the data centre knows.
#[derive(Debug)]
pub struct World {
    /// Seconds for which a code that was sent counts.
    pub code_lifetime: i32,
    /// Events in one slice of `updates.getDifference`.
    pub slice: usize,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// Calls so far by method, such as `messages.sendMessage`.
    pub calls: BTreeMap<&'static str, u64>,
    /// Exported authorisations that nobody has imported yet.
    pub exported: HashMap<Vec<u8>, UserId>,
    accounts: HashMap<UserId, Account>,
    by_phone: HashMap<String, UserId>,
    by_username: HashMap<String, UserId>,
    keys: HashMap<KeyId, Key>,
    logins: Logins,
    posts: Vec<Post>,
    notices: Vec<Notice>,
    secret: [u8; 16],
}

/// Which session of which key caused something, so that it is not told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The key.
    pub key: KeyId,
    /// The MTProto session.
    pub session: i64,
}

/// Something an account's sessions have yet to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Whose sessions.
    pub to: UserId,
    /// All but this one.
    pub except: Option<Origin>,
    /// What to tell them.
    pub what: News,
}

/// What sessions are told as it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// An event that also stands in the account's log.
    Event(Event),
    /// Somebody is typing; nobody is told twice.
    Typing(UserId, SendMessageAction),
}

impl World {
    /// A world with these accounts.
    pub fn new(accounts: Vec<Profile>) -> Self {
        let mut world = Self {
            code_lifetime: 300,
            slice: 100,
            faults: Faults::default(),
            calls: BTreeMap::new(),
            exported: HashMap::new(),
            accounts: HashMap::new(),
            by_phone: HashMap::new(),
            by_username: HashMap::new(),
            keys: HashMap::new(),
            logins: Logins::default(),
            posts: Vec::new(),
            notices: Vec::new(),
            secret: clock::random(),
        };
        for profile in accounts {
            world.add_account(profile);
        }
        world
    }

    /// Takes what is to be told, oldest first.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Tells `to` that `from` is typing.
    pub fn typing(&mut self, from: UserId, to: UserId, action: SendMessageAction) {
        self.notices.push(Notice {
            to,
            except: None,
            what: News::Typing(from, action),
        });
    }

    /// Writes an event into an account's log and notes that its sessions are to be told.
    fn happen(
        &mut self,
        to: UserId,
        date: i32,
        kind: EventKind,
        except: Option<Origin>,
    ) -> Option<Event> {
        let account = self.accounts.get_mut(&to)?;
        let event = account.events.push(date, kind);
        // Nobody listens: the log alone will tell them when they come.
        if !account.keys.is_empty() {
            self.notices.push(Notice {
                to,
                except,
                what: News::Event(event.clone()),
            });
        }
        Some(event)
    }
}
