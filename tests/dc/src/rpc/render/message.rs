//! Messages and dialogs as one account sees them.
//!
//! Owns which fields a private chat has: no sender beside the peer and the direction.

use grammers_tl_types::{enums, types};

use super::user::{notify_settings, peer};
use crate::world::World;
use crate::world::account::Held;
use crate::world::dialog::Dialog;
use crate::world::ids::{MessageId, UserId};
use crate::world::post::Post;

/// A message of the viewer's box, `None` if it is not there or deleted.
pub(in crate::rpc) fn message(
    world: &World,
    viewer: UserId,
    id: MessageId,
) -> Option<enums::Message> {
    let held = world.account(viewer)?.held(id)?;
    let post = world.post(held.post)?;
    let message = literal(world, viewer, id, held, post);
    Some(message.into())
}

/// `messageEmpty`: nothing has this id.
pub(in crate::rpc) fn missing(id: MessageId) -> enums::Message {
    types::MessageEmpty {
        id: id.0,
        peer_id: None,
    }
    .into()
}

/// When a message of the viewer's box was sent, 0 if it is not there.
pub(in crate::rpc) fn date(world: &World, viewer: UserId, id: MessageId) -> i32 {
    world
        .account(viewer)
        .and_then(|account| account.held(id))
        .and_then(|held| world.post(held.post))
        .map_or(0, |post| post.date)
}

fn literal(
    world: &World,
    viewer: UserId,
    id: MessageId,
    held: Held,
    post: &Post,
) -> types::Message {
    let saved = held.peer == viewer;
    types::Message {
        out: held.out && !saved,
        mentioned: false,
        media_unread: false,
        silent: post.silent,
        post: false,
        from_scheduled: false,
        legacy: false,
        edit_hide: false,
        pinned: false,
        noforwards: false,
        invert_media: false,
        offline: false,
        video_processing_pending: false,
        paid_suggested_post_stars: false,
        paid_suggested_post_ton: false,
        id: id.0,
        from_id: None,
        from_boosts_applied: None,
        from_rank: None,
        peer_id: peer(held.peer),
        saved_peer_id: saved.then(|| peer(viewer)),
        fwd_from: None,
        via_bot_id: None,
        via_business_bot_id: None,
        guestchat_via_from: None,
        reply_to: reply_header(world, viewer, post),
        date: post.date,
        message: post.content.text.clone(),
        media: None,
        reply_markup: None,
        entities: entities(post),
        views: None,
        forwards: None,
        replies: None,
        edit_date: post.edits.last().map(|edit| edit.date),
        post_author: None,
        grouped_id: None,
        reactions: None,
        restriction_reason: None,
        ttl_period: None,
        quick_reply_shortcut_id: None,
        effect: None,
        factcheck: None,
        report_delivery_until_date: None,
        paid_message_stars: None,
        suggested_post: None,
        schedule_repeat_period: None,
        summary_from_language: None,
        rich_message: None,
    }
}

/// The formatting of a message, absent when there is none.
pub(super) fn entities(post: &Post) -> Option<Vec<enums::MessageEntity>> {
    Some(post.content.entities.clone()).filter(|entities| !entities.is_empty())
}

/// Which message a message answers, in the viewer's ids.
pub(super) fn reply_header(
    world: &World,
    viewer: UserId,
    post: &Post,
) -> Option<enums::MessageReplyHeader> {
    let answered = world.post(post.reply_to?)?.id_for(viewer)?;
    let header = types::MessageReplyHeader {
        reply_to_scheduled: false,
        forum_topic: false,
        quote: false,
        reply_to_ephemeral: false,
        reply_to_msg_id: Some(answered.0),
        reply_to_peer_id: None,
        reply_from: None,
        reply_media: None,
        reply_to_top_id: None,
        quote_text: None,
        quote_entities: None,
        quote_offset: None,
        todo_item_id: None,
        poll_option: None,
    };
    Some(header.into())
}

/// A chat; `top` is 0 for one without messages.
pub(in crate::rpc) fn dialog(
    other: UserId,
    dialog: Option<&Dialog>,
    top: MessageId,
) -> enums::Dialog {
    types::Dialog {
        pinned: false,
        unread_mark: false,
        view_forum_as_messages: false,
        peer: peer(other),
        top_message: top.0,
        read_inbox_max_id: dialog.map_or(0, |dialog| dialog.read_inbox_max.0),
        read_outbox_max_id: dialog.map_or(0, |dialog| dialog.read_outbox_max.0),
        unread_count: dialog.map_or(0, |dialog| dialog.unread),
        unread_mentions_count: 0,
        unread_reactions_count: 0,
        unread_poll_votes_count: 0,
        notify_settings: notify_settings(),
        pts: None,
        draft: None,
        folder_id: None,
        ttl_period: None,
    }
    .into()
}
