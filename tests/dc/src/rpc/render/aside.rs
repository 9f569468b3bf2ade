//! Updates that move no pts: reactions, votes, scheduled messages, the list of chats, blocking.
//!
//! Owns their constructors. Whoever misses one of them sees the same in the next answer.

use grammers_tl_types::{enums, types};

use super::cast::Cast;
use super::message::{reactions_of, scheduled_message};
use super::peer::{peer, user_peer};
use super::poll::polled;
use super::raw::raw_update;
use super::user::notify_of;
use super::usernames::usernames;
use crate::world::World;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::news::News;
use crate::world::settings::Scope;

/// The update for one account, with everybody named in it added to the cast; `None` for other news.
pub(super) fn aside(
    world: &World,
    viewer: UserId,
    news: &News,
    cast: &mut Cast,
) -> Option<enums::Update> {
    Some(match news {
        News::Reacted { peer, id, .. } => {
            cast.add(*peer);
            add_reactors(world, viewer, *peer, *id, cast);
            reacted(world, Some(viewer), *peer, *id)?
        }
        News::Polled { peer, id } => {
            cast.add(*peer);
            if let Some(post) = world.post_of(viewer, *peer, *id) {
                cast.add_post(world, post);
            }
            polled(world, viewer, (*peer, *id), 0)?
        }
        News::Scheduled(id) => {
            cast.add(world.account(viewer)?.scheduled.get(id)?.peer);
            cast.add_user(viewer);
            types::UpdateNewScheduledMessage {
                message: scheduled_message(world, viewer, *id)?,
            }
            .into()
        }
        News::Unscheduled { peer, ids, sent } => {
            cast.add(*peer);
            unscheduled(*peer, ids, sent)
        }
        News::DialogPinned { peer: chat, pinned } => {
            cast.add(*chat);
            dialog_pinned(world, viewer, *chat, *pinned)?
        }
        News::Loudness(scope) => loudness(world, viewer, *scope, cast),
        News::UnreadMark(chat) => unread_mark(world, viewer, *chat, cast),
        News::DialogsReordered(folder) => dialogs_reordered(world, viewer, *folder)?,
        News::Group(id) => {
            cast.add(Peer::Group(*id));
            let chat_id = id.0;
            types::UpdateChat { chat_id }.into()
        }
        News::Blocked { user, blocked } => {
            cast.add_user(*user);
            types::UpdatePeerBlocked {
                blocked: *blocked,
                blocked_my_stories_from: false,
                peer_id: user_peer(*user),
            }
            .into()
        }
        News::Renamed(user) => renamed(world, *user)?,
        News::Aside(update, named) => {
            for peer in named {
                cast.add(*peer);
            }
            (**update).clone()
        }
        News::Raw(raw) => raw_update(world, *raw),
        _ => return None,
    })
}

fn loudness(world: &World, viewer: UserId, scope: Scope, cast: &mut Cast) -> enums::Update {
    let notify_settings = notify_of(world, viewer, scope);
    let to = match scope {
        Scope::Users => enums::NotifyPeer::NotifyUsers,
        Scope::Chats => enums::NotifyPeer::NotifyChats,
        Scope::Broadcasts => enums::NotifyPeer::NotifyBroadcasts,
        Scope::Chat(chat) => {
            cast.add(chat);
            types::NotifyPeer { peer: peer(chat) }.into()
        }
        Scope::Topic(chat, top_msg_id) => {
            cast.add(chat);
            let peer = peer(chat);
            types::NotifyForumTopic { peer, top_msg_id }.into()
        }
    };
    types::UpdateNotifySettings {
        peer: to,
        notify_settings,
    }
    .into()
}

fn unread_mark(world: &World, viewer: UserId, chat: Peer, cast: &mut Cast) -> enums::Update {
    cast.add(chat);
    let marks = world
        .settings(viewer)
        .map(|settings| &settings.unread_marks);
    types::UpdateDialogUnreadMark {
        unread: marks.is_some_and(|marks| marks.contains(&chat)),
        peer: dialog_peer(chat),
        saved_peer_id: None,
    }
    .into()
}

fn dialog_pinned(world: &World, viewer: UserId, chat: Peer, pinned: bool) -> Option<enums::Update> {
    let folder = world.account(viewer)?.folders.folder(chat);
    let update = types::UpdateDialogPinned {
        pinned,
        folder_id: Some(folder).filter(|folder| *folder != 0),
        peer: dialog_peer(chat),
    };
    Some(update.into())
}

fn dialogs_reordered(world: &World, viewer: UserId, folder: i32) -> Option<enums::Update> {
    let pinned = world.account(viewer)?.folders.pinned(folder);
    let update = types::UpdatePinnedDialogs {
        folder_id: Some(folder).filter(|folder| *folder != 0),
        order: Some(pinned.into_iter().map(dialog_peer).collect()),
    };
    Some(update.into())
}

/// The update alone says it: nobody comes along.
fn renamed(world: &World, user: UserId) -> Option<enums::Update> {
    let account = world.account(user)?;
    let update = types::UpdateUserName {
        user_id: user.0,
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        usernames: usernames(&account.username, &account.bought),
    };
    Some(update.into())
}

/// `updateMessageReactions`; without a viewer as it looks to everybody.
pub(in crate::rpc) fn reacted(
    world: &World,
    viewer: Option<UserId>,
    chat: Peer,
    id: MessageId,
) -> Option<enums::Update> {
    let update = types::UpdateMessageReactions {
        peer: peer(chat),
        msg_id: id.0,
        top_msg_id: None,
        saved_peer_id: None,
        reactions: reactions_of(world, viewer, chat, id)?,
    };
    Some(update.into())
}

/// Adds those who reacted to a message.
pub(in crate::rpc) fn add_reactors(
    world: &World,
    viewer: UserId,
    chat: Peer,
    id: MessageId,
    cast: &mut Cast,
) {
    let post = world.post_of(viewer, chat, id);
    if let Some(post) = post.and_then(|post| world.post(post)) {
        cast.add_reactors(world, post);
    }
}

/// `updateDeleteScheduledMessages`.
pub(in crate::rpc) fn unscheduled(chat: Peer, ids: &[i32], sent: &[MessageId]) -> enums::Update {
    let sent: Vec<i32> = sent.iter().map(|id| id.0).collect();
    types::UpdateDeleteScheduledMessages {
        peer: peer(chat),
        messages: ids.to_vec(),
        sent_messages: Some(sent).filter(|sent| !sent.is_empty()),
    }
    .into()
}

/// `dialogPeer`.
pub(in crate::rpc) fn dialog_peer(chat: Peer) -> enums::DialogPeer {
    types::DialogPeer { peer: peer(chat) }.into()
}
