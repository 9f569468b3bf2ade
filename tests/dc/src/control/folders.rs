//! The handlers of folders, of how loud and how unread chats are, of contacts, and of what is told
//! of a chat or account.
//!
//! Owns nothing. Everything done is a method of [`Dc`].

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{ContactBody, FactsBody, FolderBody, Mute, Touched, Unread};
use crate::dc::Dc;
use crate::world::refusal::Refusal;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/folder", web::post().to(folder))
        .route("/mute", web::post().to(mute))
        .route("/unread", web::post().to(unread))
        .route("/contact", web::post().to(contact))
        .route("/facts", web::post().to(facts));
}

fn done(result: Result<(), Refusal>) -> HttpResponse {
    answer(result.map(|()| Touched { count: 1 }))
}

/// `POST /folder`: makes, deletes or orders folders.
async fn folder(dc: web::Data<Dc>, body: web::Json<FolderBody>) -> HttpResponse {
    let FolderBody {
        account,
        folder,
        delete,
        order,
    } = body.into_inner();
    done(match (folder, delete, order) {
        (Some(folder), None, None) => dc.set_folder(&account, &folder),
        (None, Some(id), None) => dc.remove_folder(&account, id),
        (None, None, Some(order)) => dc.order_folders(&account, &order),
        _ => Err(Refusal::bad("name one of `folder`, `delete`, `order`")),
    })
}

/// `POST /mute`.
async fn mute(dc: web::Data<Dc>, body: web::Json<Mute>) -> HttpResponse {
    let until = body.until.unwrap_or(i32::MAX);
    done(dc.mute(&body.account, &body.peer.to_string(), until))
}

/// `POST /unread`: so many messages, or the mark of the chat itself.
async fn unread(dc: web::Data<Dc>, body: web::Json<Unread>) -> HttpResponse {
    let peer = body.peer.to_string();
    done(match (body.count, body.marked) {
        (Some(count), None) => dc.leave_unread(&body.account, &peer, count),
        (None, Some(marked)) => dc.mark_unread(&body.account, &peer, marked),
        _ => Err(Refusal::bad("name one of `count`, `marked`")),
    })
}

/// `POST /contact`.
async fn contact(dc: web::Data<Dc>, body: web::Json<ContactBody>) -> HttpResponse {
    let name = body.saved.then_some(body.name.as_str());
    done(dc.save_contact(&body.account, &body.user, name))
}

/// `POST /facts`.
async fn facts(dc: web::Data<Dc>, body: web::Json<FactsBody>) -> HttpResponse {
    done(dc.set_facts(&body.peer.to_string(), &body.facts()))
}
