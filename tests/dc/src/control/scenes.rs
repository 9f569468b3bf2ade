//! The handlers of pins, the archive, invite links, usernames and blocks.
//!
//! Owns nothing. Everything done is a method of [`Dc`].

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{
    Archive, Block, InviteBody, InviteMade, PinBody, Publish, React, Renaming, Touched,
};
use crate::dc::Dc;
use crate::world::invites::Terms;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/archive", web::post().to(archive))
        .route("/pin", web::post().to(pin))
        .route("/react", web::post().to(react))
        .route("/invite", web::post().to(invite))
        .route("/username", web::post().to(publish))
        .route("/usernames", web::post().to(rename))
        .route("/block", web::post().to(block));
}

/// `POST /archive`.
async fn archive(dc: web::Data<Dc>, body: web::Json<Archive>) -> HttpResponse {
    let peer = body.peer.to_string();
    let filed = dc.archive(&body.account, &peer, body.archived);
    answer(filed.map(|()| Touched { count: 1 }))
}

/// `POST /pin`: a message, or without one the chat itself.
async fn pin(dc: web::Data<Dc>, body: web::Json<PinBody>) -> HttpResponse {
    let peer = body.peer.to_string();
    let pinned = match body.message_id {
        Some(id) => dc.pin(&body.account, &peer, id, body.pinned),
        None => dc.pin_chat(&body.account, &peer, body.pinned),
    };
    answer(pinned.map(|()| Touched { count: 1 }))
}

/// `POST /react`.
async fn react(dc: web::Data<Dc>, body: web::Json<React>) -> HttpResponse {
    let (peer, emoji) = (body.peer.to_string(), body.emoji.as_deref());
    let reacted = dc.react(&body.account, &peer, body.message_id, emoji);
    answer(reacted.map(|()| Touched { count: 1 }))
}

/// `POST /invite`: makes a link, or revokes one.
async fn invite(dc: web::Data<Dc>, body: web::Json<InviteBody>) -> HttpResponse {
    match body.into_inner() {
        InviteBody::Revoke { revoke } => {
            let revoked = dc.revoke_link(&revoke);
            answer(revoked.map(|()| Touched { count: 1 }))
        }
        InviteBody::Make {
            chat,
            expire_date,
            usage_limit,
            request_needed,
        } => {
            let terms = Terms {
                expires: expire_date,
                usage_limit,
                request_needed,
                title: None,
            };
            let link = dc.invite_link(&chat.to_string(), terms);
            answer(link.map(|link| InviteMade { link }))
        }
    }
}

/// `POST /username`.
async fn publish(dc: web::Data<Dc>, body: web::Json<Publish>) -> HttpResponse {
    let published = dc.publish(&body.chat.to_string(), body.username.as_deref());
    answer(published.map(|()| Touched { count: 1 }))
}

/// `POST /usernames`.
async fn rename(dc: web::Data<Dc>, body: web::Json<Renaming>) -> HttpResponse {
    let usernames: Vec<&str> = body.usernames.iter().map(String::as_str).collect();
    let renamed = dc.set_usernames(&body.peer.to_string(), &usernames, body.told);
    answer(renamed.map(|()| Touched { count: 1 }))
}

/// `POST /block`.
async fn block(dc: web::Data<Dc>, body: web::Json<Block>) -> HttpResponse {
    let blocked = dc.block(&body.account, &body.user, body.blocked);
    answer(blocked.map(|()| Touched { count: 1 }))
}
