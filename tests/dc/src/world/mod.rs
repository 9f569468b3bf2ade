//! The world behind the data centre: accounts, chats, who is logged in and what to tell whom.
//!
//! Owns all state in memory, under one lock held for microseconds; every account's and channel's
//! lists are its own, so that no call scans what belongs to others. It knows nothing of sockets,
//! and of TL only what it passes on: formatting entities, the attributes of files, places, settings.

pub mod account;
pub mod admin_log;
pub mod admins;
pub mod chance;
pub mod change;
pub mod channel;
pub mod channels;
pub mod contacts;
pub mod deliver;
pub mod dialog;
pub mod dialogs;
pub mod events;
pub mod facts;
pub mod faults;
pub mod files;
pub mod filters;
pub mod folders;
pub mod foreign;
pub mod forums;
pub mod forward;
pub mod group;
pub mod groups;
pub mod histories;
pub mod ids;
pub mod invites;
pub mod keys;
pub mod kinds;
pub mod ledger;
pub mod login_tokens;
pub mod logins;
pub mod loudness;
pub mod media;
pub mod mentions;
pub mod moderation;
pub mod moves;
pub mod news;
pub mod omit;
pub mod password;
pub mod past;
pub mod people;
pub mod pins;
pub mod place;
pub mod poll;
pub mod polls;
pub mod post;
pub mod push_faults;
pub mod random;
pub mod raw;
pub mod reactions;
pub mod read;
pub mod refusal;
pub mod renames;
pub mod restrictions;
pub mod rules;
pub mod scheduled;
pub mod search;
pub mod send;
pub mod service;
pub mod settings;
pub mod slow_mode;
pub mod too_long;
pub mod topics;
pub mod upgrade;
pub mod uploads;
pub mod watch;
pub mod web;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use self::account::{Account, Profile};
use self::channel::Channel;
use self::faults::Faults;
use self::files::Files;
use self::foreign::{Exported, Foreign};
use self::group::Group;
use self::ids::{ChannelId, GroupId, KeyId, UserId};
use self::invites::Invite;
use self::keys::Key;
use self::login_tokens::LoginTokens;
use self::logins::Logins;
use self::moves::Moves;
use self::news::Notice;
use self::poll::{Poll, PollId};
use self::post::Post;
use self::raw::Raws;
use self::rules::{Floods, Rules};
use self::uploads::Uploads;
use self::watch::Watch;
use crate::clock::Clock;

/// Everything the data centre knows.
#[derive(Debug)]
pub struct World {
    /// What the time is here.
    pub clock: Clock,
    /// Seconds for which a code that was sent counts.
    pub code_lifetime: i32,
    /// Seconds for which the token of a QR code counts.
    pub login_token_lifetime: i32,
    /// Events in one slice of a difference.
    pub slice: usize,
    /// News for the same sessions that may travel in one `updates`, at least 1.
    pub bundle: usize,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// Calls so far by method, such as `messages.sendMessage`.
    pub calls: BTreeMap<&'static str, u64>,
    /// Exported authorisations that nobody has imported yet.
    pub exported: HashMap<Vec<u8>, Exported>,
    /// Files on their way.
    pub uploads: Uploads,
    /// Photos and documents.
    pub files: Files,
    /// Where it is as hard as Telegram.
    pub rules: Rules,
    /// The calls that count against limits.
    pub floods: Floods,
    /// What each account has called.
    pub watch: Watch,
    /// What scripts put in the place of what would be said.
    pub raws: Raws,
    accounts: HashMap<UserId, Account>,
    by_phone: HashMap<String, UserId>,
    by_username: HashMap<String, UserId>,
    groups: HashMap<GroupId, Group>,
    channels: HashMap<ChannelId, Channel>,
    channel_by_username: HashMap<String, ChannelId>,
    invites: HashMap<String, Invite>,
    due: BTreeSet<(i32, UserId, i32)>,
    lifts: BTreeSet<(i32, ChannelId, UserId)>,
    keys: HashMap<KeyId, Key>,
    moves: Moves,
    foreign: Foreign,
    logins: Logins,
    login_tokens: LoginTokens,
    polls: HashMap<PollId, Poll>,
    posts: Vec<Post>,
    audiences: Vec<Arc<[UserId]>>,
    notices: Vec<Notice>,
    /// What the time is while a script does something in the past.
    then: Option<i32>,
    secret: [u8; 16],
}

impl World {
    /// A world with these accounts, by this clock.
    pub fn new(accounts: Vec<Profile>, clock: Clock) -> Self {
        let mut world = Self {
            clock,
            code_lifetime: 300,
            login_token_lifetime: 30,
            slice: 100,
            bundle: 1,
            faults: Faults::default(),
            calls: BTreeMap::new(),
            exported: HashMap::new(),
            uploads: Uploads::default(),
            files: Files::default(),
            rules: Rules::default(),
            floods: Floods::default(),
            watch: Watch::default(),
            raws: Raws::default(),
            accounts: HashMap::new(),
            by_phone: HashMap::new(),
            by_username: HashMap::new(),
            groups: HashMap::new(),
            channels: HashMap::new(),
            channel_by_username: HashMap::new(),
            invites: HashMap::new(),
            due: BTreeSet::new(),
            lifts: BTreeSet::new(),
            keys: HashMap::new(),
            moves: Moves::default(),
            foreign: Foreign::default(),
            logins: Logins::default(),
            login_tokens: LoginTokens::default(),
            polls: HashMap::new(),
            posts: Vec::new(),
            audiences: Vec::new(),
            notices: Vec::new(),
            then: None,
            secret: random::random(),
        };
        for profile in accounts {
            world.add_account(profile);
        }
        world.add_service();
        world
    }

    /// Seconds since 1970 UTC by the data centre's clock.
    pub fn now(&self) -> i32 {
        self.then.unwrap_or_else(|| self.clock.int())
    }
}
