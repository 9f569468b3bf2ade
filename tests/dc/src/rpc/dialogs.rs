//! The list of chats.
//!
//! Owns its paging. The order is the world's: pinned chats first, then newest message first.

use grammers_tl_types::enums::{InputDialogPeer, InputPeer};
use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, peers, render, updates};
use crate::world::World;
use crate::world::dialogs::Listed;
use crate::world::folders::{ARCHIVE, MAIN};
use crate::world::ids::{MessageId, Peer, PostId, UserId};
use crate::world::refusal::Refusal;

/// `messages.getDialogs`: of one folder, or without `folder_id` of both.
///
/// # Errors
/// `FOLDER_ID_INVALID`.
pub(super) fn get_dialogs(
    request: &Request<'_>,
    input: f::messages::GetDialogs,
) -> Result<enums::messages::Dialogs, Refusal> {
    let (world, caller) = request.authorised()?;
    if input
        .folder_id
        .is_some_and(|id| ![MAIN, ARCHIVE].contains(&id))
    {
        return Err(Refusal::bad("FOLDER_ID_INVALID"));
    }
    let folds = world.rules.archive_folds;
    let folder = input.folder_id.or(folds.then_some(MAIN));
    let mut page = Page::new(caller);
    let mut all = world.dialogs(caller, folder);
    if input.exclude_pinned {
        all.retain(|listed| !listed.pinned);
    }
    let limit = usize::try_from(input.limit.clamp(1, 100)).unwrap_or(1);
    let from = start(&world, caller, &all, &input);
    page.total = all.len();
    if folds && folder == Some(MAIN) && from == 0 && !input.exclude_pinned {
        page.add_archive(&world, caller);
        page.total += page.dialogs.len();
    }
    for listed in all.iter().skip(from).take(limit) {
        page.add(&world, caller, listed);
    }
    Ok(page.dialogs(&world, caller))
}

/// Where the page begins that follows the last one's last dialog.
fn start(
    world: &World,
    caller: UserId,
    all: &[Listed<'_>],
    input: &f::messages::GetDialogs,
) -> usize {
    let id = MessageId(input.offset_id);
    let pinned = all.partition_point(|listed| listed.pinned);
    let rest = all.get(pinned..).unwrap_or_default();
    match offset_place(world, caller, &input.offset_peer, id) {
        Some(last) => {
            let at = all.iter().position(|listed| listed.place() == last);
            at.filter(|at| *at < pinned).map_or_else(
                || pinned + rest.partition_point(|listed| listed.place() >= last),
                |at| at + 1,
            )
        }
        None if input.offset_date > 0 => {
            pinned + rest.partition_point(|listed| listed.date >= input.offset_date)
        }
        None => 0,
    }
}

/// Where the message stands that a page ended with. It may be deleted since, or be no longer its
/// chat's newest.
fn offset_place(
    world: &World,
    caller: UserId,
    peer: &InputPeer,
    id: MessageId,
) -> Option<(i32, PostId)> {
    let post = match peers::peer(world, caller, peer).ok() {
        Some(Peer::Channel(channel)) => world.channel(channel)?.any_line(id)?.post,
        _ => world.account(caller)?.any_held(id)?.post,
    };
    Some((world.post(post)?.date, post))
}

/// Chats on their way into an answer.
struct Page {
    dialogs: Vec<enums::Dialog>,
    messages: Vec<enums::Message>,
    cast: Cast,
    total: usize,
}

impl Page {
    fn new(caller: UserId) -> Self {
        Self {
            dialogs: Vec::new(),
            messages: Vec::new(),
            cast: Cast::of([Peer::User(caller)]),
            total: 0,
        }
    }

    fn add(&mut self, world: &World, caller: UserId, listed: &Listed<'_>) {
        self.cast.add(listed.peer);
        self.cast.add_post(world, listed.post);
        let message = render::message(world, caller, listed.peer, listed.top);
        self.messages.extend(message);
        self.dialogs.push(render::dialog(world, caller, listed));
    }

    /// Adds the archive's own line, with its newest message.
    fn add_archive(&mut self, world: &World, caller: UserId) {
        let archived = world.dialogs(caller, Some(ARCHIVE));
        let Some(archive) = render::archive(world, caller, &archived) else {
            return;
        };
        if let Some(newest) = archived.iter().max_by_key(|listed| listed.place()) {
            self.cast.add(newest.peer);
            self.cast.add_post(world, newest.post);
            let message = render::message(world, caller, newest.peer, newest.top);
            self.messages.extend(message);
        }
        self.dialogs.push(archive);
    }

    fn dialogs(self, world: &World, caller: UserId) -> enums::messages::Dialogs {
        let (chats, users) = (
            self.cast.chats(world, caller),
            self.cast.users(world, caller),
        );
        let (dialogs, messages) = (self.dialogs, self.messages);
        if dialogs.len() == self.total {
            return types::messages::Dialogs {
                dialogs,
                messages,
                chats,
                users,
            }
            .into();
        }
        types::messages::DialogsSlice {
            count: render::count(self.total),
            dialogs,
            messages,
            chats,
            users,
        }
        .into()
    }

    fn peer_dialogs(self, world: &World, caller: UserId) -> enums::messages::PeerDialogs {
        types::messages::PeerDialogs {
            chats: self.cast.chats(world, caller),
            users: self.cast.users(world, caller),
            dialogs: self.dialogs,
            messages: self.messages,
            state: updates::state(world, caller).into(),
        }
        .into()
    }
}

/// `messages.getPeerDialogs`; a chat without messages comes with a top message of 0.
pub(super) fn get_peer_dialogs(
    request: &Request<'_>,
    input: f::messages::GetPeerDialogs,
) -> Result<enums::messages::PeerDialogs, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut page = Page::new(caller);
    for wanted in &input.peers {
        let InputDialogPeer::Peer(wanted) = wanted else {
            continue;
        };
        let peer = peers::peer(&world, caller, &wanted.peer)?;
        if let Some(listed) = world.listed(caller, peer) {
            page.add(&world, caller, &listed);
        } else {
            page.cast.add(peer);
            page.dialogs
                .push(render::empty_dialog(&world, caller, peer));
        }
    }
    Ok(page.peer_dialogs(&world, caller))
}

/// `messages.getPinnedDialogs`, from the top. The list's begin with the archive, if there is
/// anything in it.
///
/// # Errors
/// `FOLDER_ID_INVALID`.
pub(super) fn get_pinned_dialogs(
    request: &Request<'_>,
    input: f::messages::GetPinnedDialogs,
) -> Result<enums::messages::PeerDialogs, Refusal> {
    let (world, caller) = request.authorised()?;
    if ![MAIN, ARCHIVE].contains(&input.folder_id) {
        return Err(Refusal::bad("FOLDER_ID_INVALID"));
    }
    let mut page = Page::new(caller);
    if input.folder_id == MAIN {
        page.add_archive(&world, caller);
    }
    let all = world.dialogs(caller, Some(input.folder_id));
    for listed in all.iter().filter(|listed| listed.pinned) {
        page.add(&world, caller, listed);
    }
    Ok(page.peer_dialogs(&world, caller))
}

/// `messages.markDialogUnread`.
///
/// # Errors
/// What names the chat, also `PEER_ID_INVALID` for folders.
pub(super) fn mark_dialog_unread(
    request: &Request<'_>,
    input: f::messages::MarkDialogUnread,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let InputDialogPeer::Peer(wanted) = &input.peer else {
        return Err(Refusal::bad("PEER_ID_INVALID"));
    };
    let peer = peers::peer(&world, caller, &wanted.peer)?;
    world.mark_unread(caller, peer, input.unread, Some(request.origin()));
    Ok(true)
}

/// `messages.getDialogUnreadMarks`.
pub(super) fn get_dialog_unread_marks(
    request: &Request<'_>,
    _: f::messages::GetDialogUnreadMarks,
) -> Result<Vec<enums::DialogPeer>, Refusal> {
    let (world, caller) = request.authorised()?;
    let settings = world.settings(caller);
    let marks = settings.map(|settings| settings.unread_marks.iter().copied());
    Ok(marks
        .into_iter()
        .flatten()
        .map(render::dialog_peer)
        .collect())
}

/// `messages.getPeerSettings`: nothing to warn of.
pub(super) fn get_peer_settings(
    request: &Request<'_>,
    input: f::messages::GetPeerSettings,
) -> Result<enums::messages::PeerSettings, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    Ok(types::messages::PeerSettings {
        settings: render::peer_settings(),
        chats: Cast::of([peer]).chats(&world, caller),
        users: Cast::of([peer]).users(&world, caller),
    }
    .into())
}
