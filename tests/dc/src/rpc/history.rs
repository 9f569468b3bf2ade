//! Messages by chat and by id.
//!
//! Owns the forms of the answers; the windows are the dialogs'.

use grammers_tl_types::enums::InputMessage;
use grammers_tl_types::{enums, functions as f, types};

use super::{Request, peers, render};
use crate::world::World;
use crate::world::dialog::Window;
use crate::world::ids::{MessageId, UserId};
use crate::world::refusal::Refusal;

/// `messages.getHistory`, newest first.
pub(super) fn get_history(
    request: &Request<'_>,
    input: f::messages::GetHistory,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let window = Window {
        offset_id: input.offset_id,
        offset_date: input.offset_date,
        add_offset: input.add_offset,
        limit: input.limit,
        max_id: input.max_id,
        min_id: input.min_id,
    };
    let dialog = world
        .account(caller)
        .and_then(|account| account.dialogs.get(&peer));
    let (ids, total) = dialog.map_or((Vec::new(), 0), |dialog| {
        let ids = dialog.window(window, |id| render::date(&world, caller, id));
        (ids, dialog.messages().len())
    });
    let messages: Vec<_> = ids
        .iter()
        .filter_map(|id| render::message(&world, caller, *id))
        .collect();
    Ok(answer(
        messages,
        total,
        render::users(&world, caller, [caller, peer]),
    ))
}

fn answer(
    messages: Vec<enums::Message>,
    total: usize,
    users: Vec<enums::User>,
) -> enums::messages::Messages {
    if messages.len() == total {
        return types::messages::Messages {
            messages,
            topics: Vec::new(),
            chats: Vec::new(),
            users,
        }
        .into();
    }
    types::messages::MessagesSlice {
        inexact: false,
        count: i32::try_from(total).unwrap_or(i32::MAX),
        next_rate: None,
        offset_id_offset: None,
        search_flood: None,
        messages,
        topics: Vec::new(),
        chats: Vec::new(),
        users,
    }
    .into()
}

/// `messages.getMessages`, in the order asked for; what is not there comes as `messageEmpty`.
pub(super) fn get_messages(
    request: &Request<'_>,
    input: f::messages::GetMessages,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut people = vec![caller];
    let mut messages = Vec::with_capacity(input.id.len());
    for wanted in input.id {
        let id = match wanted {
            InputMessage::Id(message) => Some(MessageId(message.id)),
            InputMessage::ReplyTo(message) => answered(&world, caller, MessageId(message.id)),
            InputMessage::Pinned | InputMessage::CallbackQuery(_) => None,
        };
        let id = id.unwrap_or(MessageId(0));
        let held = world.account(caller).and_then(|account| account.held(id));
        people.extend(held.map(|held| held.peer));
        messages.push(render::message(&world, caller, id).unwrap_or_else(|| render::missing(id)));
    }
    let total = messages.len();
    Ok(answer(
        messages,
        total,
        render::users(&world, caller, people),
    ))
}

fn answered(world: &World, caller: UserId, id: MessageId) -> Option<MessageId> {
    let held = world.account(caller)?.held(id)?;
    world.post(world.post(held.post)?.reply_to?)?.id_for(caller)
}
