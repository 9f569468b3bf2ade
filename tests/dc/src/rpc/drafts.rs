//! Drafts: what somebody has begun to write, on all of their devices.
//!
//! Owns the forms of the answers and who is told. The drafts are the account's.
//! Source: <https://core.telegram.org/api/drafts>.

use grammers_tl_types::enums::InputReplyTo;
use grammers_tl_types::{enums, functions as f, types};

use super::messages::{self, content};
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::ids::{Peer, UserId};
use crate::world::news::{News, Origin};
use crate::world::refusal::Refusal;

/// `messages.saveDraft`; an empty one takes the draft away.
///
/// # Errors
/// What names the chat; `MESSAGE_TOO_LONG`, `ENTITY_BOUNDS_INVALID`.
pub(super) fn save_draft(
    request: &Request<'_>,
    input: f::messages::SaveDraft,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let text = content(&world, caller, input.message, input.entities)?;
    let is_empty = text.text.is_empty() && input.reply_to.is_none() && input.media.is_none();
    if !text.text.trim().is_empty() {
        text.check()?;
    }
    let place = (peer, topic(input.reply_to.as_ref()));
    let draft = (!is_empty).then(|| types::DraftMessage {
        no_webpage: input.no_webpage,
        invert_media: input.invert_media,
        reply_to: input.reply_to,
        message: text.text,
        entities: Some(text.entities).filter(|entities| !entities.is_empty()),
        media: input.media,
        date: world.now(),
        effect: input.effect,
        suggested_post: input.suggested_post,
        rich_message: None,
    });
    put(&mut world, caller, place, draft, Some(request.origin()));
    Ok(true)
}

/// `messages.getAllDrafts`.
pub(super) fn get_all_drafts(
    request: &Request<'_>,
    _: f::messages::GetAllDrafts,
) -> Result<enums::Updates, Refusal> {
    let (world, caller) = request.authorised()?;
    let drafts = world.settings(caller).map(|settings| &settings.drafts);
    let mut cast = Cast::default();
    let updates = drafts.into_iter().flatten().map(|(place, draft)| {
        cast.add(place.0);
        update(*place, draft.clone().into())
    });
    let updates = updates.collect();
    Ok(render::whole(&world, caller, updates, &cast, world.now()))
}

/// `messages.clearAllDrafts`.
pub(super) fn clear_all_drafts(
    request: &Request<'_>,
    _: f::messages::ClearAllDrafts,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let drafts = world.settings(caller).map(|settings| &settings.drafts);
    let places: Vec<(Peer, i32)> = drafts.map_or(Vec::new(), |all| all.keys().copied().collect());
    for place in places {
        put(&mut world, caller, place, None, Some(request.origin()));
    }
    Ok(true)
}

/// The draft that a message was, if it is to go once the message is sent.
pub(super) struct Begun(Option<i32>);

impl Begun {
    /// The one of this chat and topic, if the client wants it cleared.
    pub(super) fn of(clear_draft: bool, reply_to: Option<&InputReplyTo>) -> Self {
        Self(clear_draft.then(|| topic(reply_to)))
    }

    /// Takes it away: what it became is on its way.
    pub(super) fn sent(self, request: &Request<'_>, world: &mut World, to: (UserId, Peer)) {
        let (caller, peer) = to;
        if let Some(topic) = self.0 {
            put(world, caller, (peer, topic), None, Some(request.origin()));
        }
    }
}

/// The topic that a message is meant for, 0 for none.
fn topic(reply_to: Option<&InputReplyTo>) -> i32 {
    messages::topic(reply_to).map_or(0, |topic| topic.0)
}

fn put(
    world: &mut World,
    caller: UserId,
    place: (Peer, i32),
    draft: Option<types::DraftMessage>,
    origin: Option<Origin>,
) {
    let date = Some(world.now());
    let Some(settings) = world.settings_mut(caller) else {
        return;
    };
    let told = match draft {
        Some(draft) => {
            settings.drafts.insert(place, draft.clone());
            draft.into()
        }
        None if settings.drafts.remove(&place).is_some() => {
            types::DraftMessageEmpty { date }.into()
        }
        None => return,
    };
    let news = News::Aside(Box::new(update(place, told)), vec![place.0]);
    world.tell(caller, news, origin);
}

fn update((peer, topic): (Peer, i32), draft: enums::DraftMessage) -> enums::Update {
    types::UpdateDraftMessage {
        peer: render::peer(peer),
        top_msg_id: Some(topic).filter(|topic| *topic != 0),
        saved_peer_id: None,
        draft,
    }
    .into()
}
