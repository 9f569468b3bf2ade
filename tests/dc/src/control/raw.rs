//! The handler of raw messages, objects, updates and pushes.
//!
//! Owns which fields go together. What it does is a method of [`Dc`].

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{RawBody, RawMessage, SentMessages, Touched};
use crate::dc::Dc;
use crate::dc::raw::RawPart;
use crate::world::raw::Raw;
use crate::world::refusal::Refusal;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/raw", web::post().to(raw));
}

/// `POST /raw`.
async fn raw(dc: web::Data<Dc>, body: web::Json<RawBody>) -> HttpResponse {
    let done = match body.into_inner() {
        RawBody::Message(body) => return message(&dc, body),
        RawBody::Object(body) => {
            let bytes = body.object.as_ref().map(|hex| hex.0.as_slice());
            dc.raw_object(&body.peer.to_string(), bytes).map(|()| 1)
        }
        RawBody::Update(body) => {
            let to = body.pushes.to_string();
            let told = dc.raw_update(&to, &body.update.0, body.pts_count);
            told.map(|()| 1)
        }
        RawBody::Push(body) => dc.push_raw(&body.pushes, &body.updates.0),
    };
    answer(done.map(|count| Touched { count }))
}

fn message(dc: &Dc, body: RawMessage) -> HttpResponse {
    let part = match (body.media, body.message) {
        (Some(media), None) => RawPart::Media(media.0),
        (None, Some(message)) => RawPart::Message(Raw {
            bytes: message.0,
            id_at: body.id_at,
        }),
        _ => return answer::<()>(Err(Refusal::bad("name one of `media`, `message`"))),
    };
    let to = body.to.to_string();
    if let Some(id) = body.message_id {
        let edited = dc.edit_raw(&to, &body.from, id, &body.text, part);
        return answer(edited.map(|()| Touched { count: 1 }));
    }
    let sent = dc.send_raw(&body.from, &to, &body.text, part);
    answer(sent.map(|sent| SentMessages {
        messages: vec![sent],
    }))
}
