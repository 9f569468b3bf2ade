//! Messages that show something: files, albums, previews of pages.
//!
//! Owns the rules of albums and the forms of the answers. What a file may be is `intake`'s; the
//! messages are the world's. Source: <https://core.telegram.org/method/messages.sendMedia>.

use grammers_tl_types::enums::{InputMedia, InputSingleMedia};
use grammers_tl_types::{enums, functions as f, types};

use super::drafts::Begun;
use super::messages::{all_sent_updates, answered, content, sent_updates, topic};
use super::scheduled::send_at;
use super::{Request, intake, peers, render};
use crate::world::forward::new_album;
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// Messages in an album, at most.
const MAX_ALBUM: usize = 10;

/// `messages.sendMedia`.
pub(super) fn send_media(
    request: &Request<'_>,
    input: f::messages::SendMedia,
) -> Result<enums::Updates, Refusal> {
    check(input.random_id)?;
    let random_id = Some(input.random_id);
    {
        let (world, caller) = request.authorised()?;
        let to = peers::peer(&world, caller, &input.peer)?;
        if let Some(sent) = world.sent_before(caller, random_id) {
            return Ok(sent_updates(&world, caller, to, sent, random_id));
        }
    }
    let media = intake::media(request, input.media)?;
    let (mut world, caller) = request.authorised()?;
    let to = peers::peer(&world, caller, &input.peer)?;
    let begun = Begun::of(input.clear_draft, input.reply_to.as_ref());
    let text = content(&world, caller, input.message, input.entities)?;
    let draft = Draft {
        content: Content {
            media: Some(media),
            ..text
        },
        silent: input.silent,
        topic: topic(input.reply_to.as_ref()),
        reply_to: answered(input.reply_to)?,
        random_id,
        ..Draft::default()
    };
    if let Some(date) = input.schedule_date {
        let answer = send_at(request, &mut world, (caller, to), vec![draft], date)?;
        begun.sent(request, &mut world, (caller, to));
        return Ok(answer);
    }
    let sent = world.send(caller, to, draft, Some(request.origin()))?;
    begun.sent(request, &mut world, (caller, to));
    Ok(sent_updates(&world, caller, to, sent, random_id))
}

fn check(random_id: i64) -> Result<(), Refusal> {
    if random_id == 0 {
        return Err(Refusal::bad("RANDOM_ID_EMPTY"));
    }
    Ok(())
}

/// `messages.uploadMedia`: a file that a later message, such as an album, can show.
pub(super) fn upload_media(
    request: &Request<'_>,
    input: f::messages::UploadMedia,
) -> Result<enums::MessageMedia, Refusal> {
    {
        let (world, caller) = request.authorised()?;
        peers::peer(&world, caller, &input.peer)?;
    }
    let media = intake::media(request, input.media)?;
    let (world, _) = request.authorised()?;
    render::media(&world, None, None, &media).ok_or_else(|| Refusal::bad("MEDIA_INVALID"))
}

/// `messages.sendMultiMedia`: an album of files that have been uploaded as media before.
pub(super) fn send_multi_media(
    request: &Request<'_>,
    input: f::messages::SendMultiMedia,
) -> Result<enums::Updates, Refusal> {
    match input.multi_media.len() {
        0 => return Err(Refusal::bad("MEDIA_EMPTY")),
        1..=MAX_ALBUM => {}
        _ => return Err(Refusal::bad("MULTI_MEDIA_TOO_LONG")),
    }
    let mut album = Vec::with_capacity(input.multi_media.len());
    for single in input.multi_media {
        let InputSingleMedia::Media(single) = single;
        check(single.random_id)?;
        if !matches!(single.media, InputMedia::Photo(_) | InputMedia::Document(_)) {
            return Err(Refusal::bad("MEDIA_INVALID"));
        }
        let media = intake::media(request, single.media)?;
        album.push((media, single.random_id, single.message, single.entities));
    }
    let (mut world, caller) = request.authorised()?;
    let to = peers::peer(&world, caller, &input.peer)?;
    let begun = Begun::of(input.clear_draft, input.reply_to.as_ref());
    let topic = topic(input.reply_to.as_ref());
    let reply_to = answered(input.reply_to)?;
    if album.len() > 1 {
        let mut companies = album
            .iter()
            .map(|(media, ..)| intake::company(&world, media));
        let first = companies.next().flatten();
        if first.is_none() || companies.any(|company| company != first) {
            return Err(Refusal::bad("MEDIA_GROUPED_INVALID"));
        }
    }
    let grouped_id = (album.len() > 1).then(new_album);
    let drafts = album.into_iter().map(|(media, random_id, text, entities)| {
        let mut content = content(&world, caller, text, entities)?;
        content.media = Some(media);
        // None is sent unless all can be.
        content.check()?;
        Ok(Draft {
            content,
            silent: input.silent,
            reply_to,
            topic,
            random_id: Some(random_id),
            grouped_id,
            ..Draft::default()
        })
    });
    let drafts: Vec<Draft> = drafts.collect::<Result<_, Refusal>>()?;
    if let Some(date) = input.schedule_date {
        let answer = send_at(request, &mut world, (caller, to), drafts, date)?;
        begun.sent(request, &mut world, (caller, to));
        return Ok(answer);
    }
    let mut sent = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let random_id = draft.random_id;
        let one = world.send(caller, to, draft, Some(request.origin()))?;
        sent.push((one, random_id));
    }
    begun.sent(request, &mut world, (caller, to));
    Ok(all_sent_updates(&world, caller, to, &sent))
}

/// `messages.getWebPagePreview`.
pub(super) fn get_web_page_preview(
    request: &Request<'_>,
    input: f::messages::GetWebPagePreview,
) -> Result<enums::messages::WebPagePreview, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut content = content(&world, caller, input.message, input.entities)?;
    content.preview();
    let media = content.media.as_ref();
    let media = media.and_then(|media| render::media(&world, None, None, media));
    Ok(types::messages::WebPagePreview {
        media: media.unwrap_or(enums::MessageMedia::Empty),
        chats: Vec::new(),
        users: Vec::new(),
    }
    .into())
}
