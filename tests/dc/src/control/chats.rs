//! The handlers of groups and channels, and of loads that post into them.
//!
//! Owns how a body names what is to be done. Everything done is a method of [`Dc`].

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{ChatBody, ChatMade, Chats, Kind, Members, Rename, Touched};
use crate::dc::Dc;
use crate::dc::chats::NewChat;
use crate::dc::load::Load;
use crate::dc::past::Past;
use crate::world::channel::ChannelKind;
use crate::world::refusal::Refusal;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/chat", web::post().to(create))
        .route("/chats", web::get().to(list))
        .route("/members", web::post().to(members))
        .route("/title", web::post().to(title))
        .route("/history", web::post().to(history))
        .route("/load", web::post().to(start_load))
        .route("/load", web::get().to(loads))
        .route("/load", web::delete().to(stop_loads));
}

/// `POST /chat`.
async fn create(dc: web::Data<Dc>, body: web::Json<ChatBody>) -> HttpResponse {
    let members: Vec<&str> = body.members.iter().map(String::as_str).collect();
    let new = NewChat {
        creator: &body.creator,
        title: &body.title,
        members: &members,
        username: body.username.as_deref(),
        date: body.date,
    };
    let chat = match body.kind {
        Kind::Group => dc.create_group(new),
        Kind::Supergroup => dc.create_channel(ChannelKind::Supergroup, new),
        Kind::Broadcast => dc.create_channel(ChannelKind::Broadcast, new),
    };
    answer(chat.map(|chat| ChatMade { chat }))
}

/// `GET /chats`.
async fn list(dc: web::Data<Dc>) -> HttpResponse {
    answer(Ok(Chats { chats: dc.chats() }))
}

/// `POST /members`.
async fn members(dc: web::Data<Dc>, body: web::Json<Members>) -> HttpResponse {
    let Members {
        chat,
        add,
        remove,
        join,
        leave,
    } = body.into_inner();
    let chat = chat.to_string();
    let change = || -> Result<usize, Refusal> {
        let added: Vec<&str> = add.iter().map(String::as_str).collect();
        if !added.is_empty() {
            dc.add_members(&chat, &added)?;
        }
        for user in &remove {
            dc.remove_member(&chat, user)?;
        }
        for user in &join {
            dc.join(&chat, user)?;
        }
        for user in &leave {
            dc.leave(&chat, user)?;
        }
        Ok(add.len() + remove.len() + join.len() + leave.len())
    };
    answer(change().map(|count| Touched { count }))
}

/// `POST /title`.
async fn title(dc: web::Data<Dc>, body: web::Json<Rename>) -> HttpResponse {
    let renamed = dc.rename(&body.chat.to_string(), &body.account, &body.title);
    answer(renamed.map(|()| Touched { count: 1 }))
}

/// `POST /history`: messages that were there before.
async fn history(dc: web::Data<Dc>, body: web::Json<Past>) -> HttpResponse {
    answer(dc.settle(&body))
}

/// `POST /load`.
async fn start_load(dc: web::Data<Dc>, body: web::Json<Load>) -> HttpResponse {
    answer(dc.start_load(&body).map(|running| running.report()))
}

/// `GET /load`: every load since the start, in that order.
async fn loads(dc: web::Data<Dc>) -> HttpResponse {
    answer(Ok(dc.loads()))
}

/// `DELETE /load`: ends all that run.
async fn stop_loads(dc: web::Data<Dc>) -> HttpResponse {
    dc.stop_loads();
    answer(Ok(dc.loads()))
}
