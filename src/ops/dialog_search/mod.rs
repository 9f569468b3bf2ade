//! Searching the list of an account's chats.
//!
//! Telegram searches names, not lists: all chats are listed and compared here. A list is shared by
//! those who ask within a moment, see [`crate::hub::Hub`].

mod counts;
mod filter;
mod order;
mod similarity;

pub use filter::{Bounds, DialogFilter};
pub use order::{Direction, SortBy};

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::hub::ChatList;
use crate::model::{ChatClass, Folder, ListedChat, Mutes, Peer, SessionName, UtcTime};
use crate::ops::resolve::store_peers;
use crate::ops::{Ctx, Operation, Subject, accounts, permission};
use crate::session::SessionHandle;
use crate::telegram::{Link, message_markdown};
use order::Scored;
use std::sync::Arc;
use std::time::Duration;

/// How many pages of the list are asked for one after the other, and how long there is between
/// those after them: Telegram asks accounts to wait that read further at once.
const PAGES_AT_ONCE: u32 = 4;
const BETWEEN_PAGES: Duration = Duration::from_millis(700);

/// How a text is found in a title.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Matching {
    /// Titles that are this similar to it, from 0 to 1.
    Similar(f64),
    /// Titles that have it in them, whatever the case.
    Contained,
}

/// Searches the list of an account's chats.
///
/// # Errors
/// `session_not_authorized`, `not_found` for a folder that is not there, `flood_wait`,
/// `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SearchDialogs {
    /// The account.
    pub session: SessionName,
    /// What their titles are compared with.
    pub text: Option<String>,
    /// How.
    pub matching: Matching,
    /// A folder in which they are, by its number or its title.
    pub folder: Option<String>,
    /// Which of them.
    pub filter: DialogFilter,
    /// What they are sorted by. Those that are similar come in the order of that first, and then
    /// ascending.
    pub sort: SortBy,
    /// In which direction.
    pub direction: Direction,
    /// How many to answer.
    pub limit: usize,
    /// How many to leave out before.
    pub offset: usize,
}

/// One page of what was found.
#[derive(Clone, Debug)]
pub struct FoundDialogs {
    /// How many there are on all pages.
    pub total: usize,
    /// The page.
    pub page: Vec<FoundDialog>,
}

/// A chat that was found.
#[derive(Clone, Debug)]
pub struct FoundDialog {
    /// The chat.
    pub chat: ListedChat,
    /// What it is.
    pub class: ChatClass,
    /// Its title; its id when it has none.
    pub title: String,
    /// The text of its newest message as Markdown.
    pub last_text: Option<String>,
    /// How many messages it has; `None` when that cannot be told at the moment.
    pub message_count: Option<u64>,
}

impl Operation for SearchDialogs {
    const NAME: &'static str = "dialogs.search";
    const SCOPE: Scope = Scope::Read;
    type Output = FoundDialogs;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let list = list(ctx, &handle, &link).await?;
        let folder = match &self.folder {
            Some(wanted) => Some(folder(&link, wanted).await?),
            None => None,
        };
        let readable = permission::readable(ctx, Some(&self.session)).await?;
        let now = UtcTime::now();
        let chats = list.chats.iter();
        let chats = chats
            .filter(|chat| readable.admits(chat.peer.peer_id) && self.filter.admits(chat))
            .filter(|chat| match &folder {
                Some((folder, mutes)) => folder.rules.admits(chat, mutes, now),
                None => true,
            });
        let mut found: Vec<_> = chats.filter_map(|chat| self.scored(chat)).collect();
        self.keep_counted(&link, &list, &mut found).await;
        self.sort(&list, &mut found);
        let total = found.len();
        let page = found.into_iter().skip(self.offset).take(self.limit);
        let page: Vec<_> = page.map(|scored| scored.chat).collect();
        counts::count(&link, &list, &page).await;
        Ok(FoundDialogs {
            total,
            page: page.into_iter().map(|chat| shown(&list, chat)).collect(),
        })
    }
}

impl SearchDialogs {
    /// A chat whose title answers to the text, and how well.
    fn scored<'a>(&self, chat: &'a ListedChat) -> Option<Scored<'a>> {
        let title = title(&chat.peer);
        let score = match (&self.text, self.matching) {
            (None, _) => 0.0,
            (Some(text), Matching::Contained) => {
                let contained = title.to_lowercase().contains(&text.to_lowercase());
                contained.then_some(0.0)?
            }
            (Some(text), Matching::Similar(least)) => {
                let score = similarity::score(&title, text);
                (score >= least).then_some(score)?
            }
        };
        Some(Scored { chat, title, score })
    }

    /// Leaves out chats with too few or too many messages, and counts those whose order depends on
    /// it. The number of a chat's newest message is never smaller than that of its messages.
    async fn keep_counted(&self, link: &Link, list: &ChatList, found: &mut Vec<Scored<'_>>) {
        let bounds = self.filter.messages;
        if let Some(least) = bounds.least {
            found.retain(|scored| u64::try_from(scored.chat.top.0).is_ok_and(|top| top >= least));
        }
        if bounds.is_bound() || self.sort == SortBy::Messages {
            let chats: Vec<_> = found.iter().map(|scored| scored.chat).collect();
            counts::count(link, list, &chats).await;
            found.retain(|scored| bounds.hold(counts::known(list, scored.chat)));
        }
    }

    fn sort(&self, list: &ChatList, found: &mut [Scored<'_>]) {
        let by_score = self.text.is_some() && matches!(self.matching, Matching::Similar(_));
        let count = |chat: &ListedChat| counts::known(list, chat);
        if by_score {
            order::by_score(found, self.sort, count);
        } else {
            order::by_field(found, self.sort, self.direction, count);
        }
    }
}

/// All chats of an account, as they are or were a moment ago.
async fn list(ctx: &Ctx, handle: &SessionHandle, link: &Link) -> Result<Arc<ChatList>, Error> {
    let own = handle.user().map(|user| user.peer_id);
    let last_update_at = || handle.snapshot().last_update_at;
    let make = async || {
        let begun_at = UtcTime::now();
        let mut walk = link.shown_dialogs();
        let mut pages = 0;
        while !walk.has_ended() {
            if pages >= PAGES_AT_ONCE {
                tokio::time::sleep(BETWEEN_PAGES).await;
            }
            link.next_dialogs(&mut walk).await?;
            pages += 1;
        }
        store_peers(&ctx.hub, handle.id, walk.list.peers).await?;
        forget_later(ctx);
        Ok(ChatList::new(own, begun_at, walk.list.shown))
    };
    ctx.hub
        .chat_lists
        .get((handle.id, own), last_update_at, make)
        .await
}

/// Lists are not to lie around when nobody asks any more.
fn forget_later(ctx: &Ctx) {
    let hub = Arc::clone(&ctx.hub);
    ctx.hub.spawn(async move {
        tokio::time::sleep(ChatList::KEPT_FOR).await;
        hub.chat_lists.sweep();
    });
}

/// A folder by its number, or else by its title; and how loud chats are, if that matters there.
async fn folder(link: &Link, wanted: &str) -> Result<(Folder, Mutes), Error> {
    let mut folders = link.folders().await?;
    folders.push(Folder::archive());
    let title = wanted.to_lowercase();
    let number = wanted.parse().ok();
    let mut found = folders.iter().find(|folder| Some(folder.id) == number);
    if found.is_none() {
        let is_titled = |folder: &&Folder| folder.shown_title().to_lowercase() == title;
        found = folders.iter().find(is_titled);
    }
    let folder = found.cloned().ok_or_else(|| {
        let shown: String = wanted.chars().take(64).collect();
        Error::new(Code::NotFound, format!("Folder not found: {shown:?}"))
    })?;
    let mutes = if folder.rules.exclude_muted {
        link.mutes().await?
    } else {
        Mutes::default()
    };
    Ok((folder, mutes))
}

fn shown(list: &ChatList, chat: &ListedChat) -> FoundDialog {
    let newest = chat.last_message.as_ref();
    let text = newest.map(|newest| message_markdown(&newest.content));
    FoundDialog {
        class: ChatClass::of(&chat.peer),
        title: title(&chat.peer),
        last_text: text.filter(|text| !text.is_empty()),
        message_count: counts::known(list, chat),
        chat: chat.clone(),
    }
}

/// A user's first and last name, or a title; without one the id.
fn title(peer: &Peer) -> String {
    peer.name
        .clone()
        .unwrap_or_else(|| peer.peer_id.to_string())
}
