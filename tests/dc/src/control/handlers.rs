//! The handlers of the control port, one a path.
//!
//! Owns which status goes with what: 400 with the reason for anything that was refused.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::wire::{
    Delete, Edit, Failure, FaultBody, Kind, Ledger, LedgerQuery, Revoke, Send, SentMessages, Stats,
    Touched,
};
use crate::dc::Dc;
use crate::world::change::Reach;
use crate::world::faults::{Fault, FaultKind};
use crate::world::ids::MessageId;
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// Messages that one `POST /send` may ask for.
const MAX_COUNT: u32 = 100_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/send", web::post().to(send))
        .route("/edit", web::post().to(edit))
        .route("/delete", web::post().to(delete))
        .route("/fault", web::post().to(fault))
        .route("/revoke", web::post().to(revoke))
        .route("/ledger", web::get().to(ledger))
        .route("/stats", web::get().to(stats))
        .route("/account/{name}", web::get().to(account))
        .route("/health", web::get().to(health));
}

fn answer<T: Serialize>(result: Result<T, Refusal>) -> HttpResponse {
    match result {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(refusal) => HttpResponse::BadRequest().json(Failure {
            error: refusal.name,
        }),
    }
}

/// `POST /send`.
async fn send(dc: web::Data<Dc>, body: web::Json<Send>) -> HttpResponse {
    let body = body.into_inner();
    if !(1..=MAX_COUNT).contains(&body.count) {
        return answer::<()>(Err(Refusal::bad("count must be 1 to 100000")));
    }
    let draft = |n: u32| Draft {
        content: Content {
            text: body.text.replace("{n}", &n.to_string()),
            entities: Vec::new(),
        },
        silent: body.silent,
        reply_to: body.reply_to.map(MessageId),
        random_id: None,
    };
    let messages = (1..=body.count)
        .map(|n| dc.send_draft(&body.from, &body.to, draft(n)))
        .collect::<Result<Vec<_>, _>>();
    answer(messages.map(|messages| SentMessages { messages }))
}

/// `POST /edit`.
async fn edit(dc: web::Data<Dc>, body: web::Json<Edit>) -> HttpResponse {
    let edited = dc.edit(&body.account, body.message_id, &body.text);
    answer(edited.map(|()| Touched { count: 1 }))
}

/// `POST /delete`.
async fn delete(dc: web::Data<Dc>, body: web::Json<Delete>) -> HttpResponse {
    let reach = if body.revoke {
        Reach::Everybody
    } else {
        Reach::Own
    };
    let deleted = dc.delete(&body.account, &body.message_ids, reach);
    answer(deleted.map(|count| Touched {
        count: usize::try_from(count).unwrap_or(0),
    }))
}

/// `POST /fault`.
async fn fault(dc: web::Data<Dc>, body: web::Json<FaultBody>) -> HttpResponse {
    let body = body.into_inner();
    answer(
        match (&body.method, &body.link, body.kind) {
            (None, None, Kind::Clear) => {
                dc.clear_faults();
                Ok(0)
            }
            (Some(method), None, _) => method_fault(&dc, method, &body),
            (None, Some(link), _) => link_fault(&dc, link, &body),
            _ => Err(Refusal::bad("name either a method or a link")),
        }
        .map(|count| Touched { count }),
    )
}

fn method_fault(dc: &Dc, method: &str, body: &FaultBody) -> Result<usize, Refusal> {
    let missing = |field: &str| Refusal::bad(&format!("this kind needs `{field}`"));
    let kind = match body.kind {
        Kind::Error => {
            let code = body.code.ok_or_else(|| missing("code"))?;
            let name = body.error.clone().ok_or_else(|| missing("error"))?;
            FaultKind::Error(Refusal::new(code, name))
        }
        Kind::Silence => FaultKind::Silence,
        Kind::Delay => {
            let delay = body.delay_ms.ok_or_else(|| missing("delay_ms"))?;
            FaultKind::Delay(Duration::from_millis(delay))
        }
        Kind::LoseAnswer => FaultKind::LoseAnswer,
        Kind::Close => FaultKind::Close,
        Kind::Transport => FaultKind::TransportError(body.code.unwrap_or(-404)),
        _ => return Err(Refusal::bad("this kind is for a link, not for a method")),
    };
    let account = body
        .account
        .as_deref()
        .map(|name| dc.user(name))
        .transpose()?;
    dc.fault(Fault {
        method: method.to_owned(),
        account,
        kind,
        count: body.count,
    });
    Ok(usize::try_from(body.count).unwrap_or(usize::MAX))
}

fn link_fault(dc: &Dc, account: &str, body: &FaultBody) -> Result<usize, Refusal> {
    match body.kind {
        Kind::Drop if account == "*" => {
            let open = usize::try_from(dc.connections());
            dc.drop_all_links();
            Ok(open.unwrap_or(usize::MAX))
        }
        Kind::Drop => dc.drop_links(account),
        Kind::Stall => dc.stall(account, true),
        Kind::Resume => dc.stall(account, false),
        Kind::Refuse => dc.refuse(account, Some(body.code.unwrap_or(-404))),
        Kind::Accept => dc.refuse(account, None),
        _ => Err(Refusal::bad("this kind is for a method, not for a link")),
    }
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

/// `GET /ledger`.
async fn ledger(dc: web::Data<Dc>, query: web::Query<LedgerQuery>) -> HttpResponse {
    HttpResponse::Ok().json(Ledger {
        total: dc.ledger_len(),
        messages: dc.ledger_part(query.from, query.limit.unwrap_or(usize::MAX)),
    })
}

/// `GET /stats`.
async fn stats(dc: web::Data<Dc>) -> HttpResponse {
    HttpResponse::Ok().json(Stats {
        connections: dc.connections(),
        messages: dc.ledger_len(),
        calls: dc.all_calls(),
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
