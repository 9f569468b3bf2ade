//! The handlers of messages, the ledger and the figures, one a path.
//!
//! Owns nothing. Everything done is a method of [`Dc`].

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{
    Delete, Edit, Keys, Ledger, LedgerQuery, Read, Revoke, Scan, Send, SendFile, SentMessages,
    Stats, Touched,
};
use crate::dc::Dc;
use crate::dc::files::NewFile;
use crate::world::change::Reach;
use crate::world::ids::MessageId;
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// Messages that one `POST /send` may ask for.
const MAX_COUNT: u32 = 100_000;
/// Bytes of a file that it may ask for.
const MAX_FILE: usize = 64 << 20;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/send", web::post().to(send))
        .route("/edit", web::post().to(edit))
        .route("/delete", web::post().to(delete))
        .route("/read", web::post().to(read))
        .route("/revoke", web::post().to(revoke))
        .route("/scan", web::post().to(scan))
        .route("/ledger", web::get().to(ledger))
        .route("/stats", web::get().to(stats))
        .route("/keys", web::get().to(keys))
        .route("/account/{name}", web::get().to(account))
        .route("/health", web::get().to(health));
}

/// `POST /send`.
async fn send(dc: web::Data<Dc>, body: web::Json<Send>) -> HttpResponse {
    let body = body.into_inner();
    if !(1..=MAX_COUNT).contains(&body.count) {
        return answer::<()>(Err(Refusal::bad("count must be 1 to 100000")));
    }
    if body.file.is_some() && body.media.is_some() {
        return answer::<()>(Err(Refusal::bad("file and media exclude each other")));
    }
    let text = |n: u32| body.text.replace("{n}", &n.to_string());
    let file = match body.file.as_ref().map(document).transpose() {
        Ok(file) => file,
        Err(refusal) => return answer::<()>(Err(refusal)),
    };
    let draft = |n: u32| Draft {
        content: Content::plain(text(n)),
        silent: body.silent,
        reply_to: body.reply_to.map(MessageId),
        ..Draft::default()
    };
    let to = body.to.to_string();
    let messages = (1..=body.count)
        .map(|n| match (&file, &body.media) {
            (Some(file), _) => dc.send_file(&body.from, &to, file, draft(n)),
            (None, Some(media)) => dc.send_media(&body.from, &to, media, draft(n)),
            (None, None) => dc.send_draft(&body.from, &to, draft(n)),
        })
        .collect::<Result<Vec<_>, _>>();
    answer(messages.map(|messages| SentMessages { messages }))
}

fn document(file: &SendFile) -> Result<NewFile, Refusal> {
    if file.size > MAX_FILE {
        return Err(Refusal::bad("size is at most 67108864"));
    }
    let bytes = (0..=250_u8).cycle().take(file.size);
    Ok(NewFile {
        name: file.name.clone(),
        mime: file.mime.clone(),
        bytes: bytes.collect(),
        ..NewFile::default()
    })
}

/// `POST /edit`.
async fn edit(dc: web::Data<Dc>, body: web::Json<Edit>) -> HttpResponse {
    let Edit {
        chat,
        account,
        message_id,
        text,
    } = body.into_inner();
    let edited = match chat {
        Some(chat) => dc.edit_in(&chat.to_string(), &account, message_id, &text),
        None => dc.edit(&account, message_id, &text),
    };
    answer(edited.map(|()| Touched { count: 1 }))
}

/// `POST /delete`.
async fn delete(dc: web::Data<Dc>, body: web::Json<Delete>) -> HttpResponse {
    let reach = if body.revoke {
        Reach::Everybody
    } else {
        Reach::Own
    };
    let deleted = match &body.channel {
        Some(channel) => dc.delete_in(&channel.to_string(), &body.account, &body.message_ids),
        None => dc.delete(&body.account, &body.message_ids, reach),
    };
    answer(deleted.map(|count| Touched {
        count: usize::try_from(count).unwrap_or(0),
    }))
}

/// `POST /read`.
async fn read(dc: web::Data<Dc>, body: web::Json<Read>) -> HttpResponse {
    let read = dc.read(&body.account, &body.peer.to_string());
    answer(read.map(|()| Touched { count: 1 }))
}

/// `POST /revoke`.
async fn revoke(dc: web::Data<Dc>, body: web::Json<Revoke>) -> HttpResponse {
    let ended = if body.deactivate {
        dc.deactivate(&body.account)
    } else {
        dc.revoke(&body.account)
    };
    answer(ended.map(|count| Touched { count }))
}

/// `POST /scan`.
async fn scan(dc: web::Data<Dc>, body: web::Json<Scan>) -> HttpResponse {
    let scanned = dc.scan(&body.account, &body.token);
    answer(scanned.map(|()| Touched { count: 1 }))
}

/// `GET /ledger`: a page, with the members of the audiences that it names.
async fn ledger(dc: web::Data<Dc>, query: web::Query<LedgerQuery>) -> HttpResponse {
    let messages = dc.ledger_part(query.from, query.limit.unwrap_or(usize::MAX));
    let mut audiences = BTreeMap::new();
    for audience in messages.iter().filter_map(|entry| entry.audience) {
        audiences
            .entry(audience)
            .or_insert_with(|| dc.audience(audience));
    }
    HttpResponse::Ok().json(Ledger {
        total: dc.ledger_len(),
        next: query.from.saturating_add(messages.len()),
        messages,
        audiences,
    })
}

/// `GET /stats`.
async fn stats(dc: web::Data<Dc>) -> HttpResponse {
    HttpResponse::Ok().json(Stats {
        connections: dc.connections(),
        messages: dc.ledger_len(),
        calls: dc.all_calls(),
        calls_inside_waits: dc.calls_inside_waits(),
        unneeded_channel_differences: dc.unneeded_differences(),
    })
}

/// `GET /keys`.
async fn keys(dc: web::Data<Dc>) -> HttpResponse {
    let overlaps = dc.overlaps();
    HttpResponse::Ok().json(Keys {
        duplicated: overlaps.iter().filter(|one| one.duplicated).count(),
        overlaps,
        uses: dc.key_uses(),
    })
}

/// `GET /account/{name}`.
async fn account(dc: web::Data<Dc>, name: web::Path<String>) -> HttpResponse {
    answer(dc.account(&name))
}

/// `GET /health`.
async fn health() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}
