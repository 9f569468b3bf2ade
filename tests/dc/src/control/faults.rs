//! The handler of faults: of methods, links, pushes, differences and files.
//!
//! Owns which fields a kind of fault needs. What it does is a method of [`Dc`].

use std::time::Duration;

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{FaultBody, FaultName, Touched};
use crate::dc::Dc;
use crate::world::faults::{Fault, FaultKind};
use crate::world::foreign::Death;
use crate::world::push_faults::Shuffle;
use crate::world::raw::Raw;
use crate::world::refusal::Refusal;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/fault", web::post().to(fault));
}

/// `POST /fault`.
async fn fault(dc: web::Data<Dc>, body: web::Json<FaultBody>) -> HttpResponse {
    let body = body.into_inner();
    let FaultBody {
        method,
        link,
        pushes,
        difference,
        files,
        ..
    } = &body;
    let done = match (method, link, pushes, difference, files) {
        (None, None, None, None, None) => server_fault(&dc, &body),
        (Some(method), None, None, None, None) => method_fault(&dc, method, &body),
        (None, Some(link), None, None, None) => link_fault(&dc, link, &body),
        (None, None, Some(to), None, None) => push_fault(&dc, &to.to_string(), &body),
        (None, None, None, Some(of), None) => difference_fault(&dc, &of.to_string(), &body),
        (None, None, None, None, Some(of)) => file_fault(&dc, &of.to_string(), &body),
        _ => Err(Refusal::bad(
            "name one of `method`, `link`, `pushes`, `difference`, `files`",
        )),
    };
    answer(done.map(|count| Touched { count }))
}

fn missing(field: &str) -> Refusal {
    Refusal::bad(&format!("this kind needs `{field}`"))
}

fn misplaced(place: &str) -> Refusal {
    Refusal::bad(&format!("this kind is not for {place}"))
}

fn server_fault(dc: &Dc, body: &FaultBody) -> Result<usize, Refusal> {
    match body.kind {
        FaultName::Clear => dc.clear_faults(),
        FaultName::Skew => dc.skew_clock(body.seconds.ok_or_else(|| missing("seconds"))?),
        _ => return Err(misplaced("the server as a whole")),
    }
    Ok(0)
}

fn method_fault(dc: &Dc, method: &str, body: &FaultBody) -> Result<usize, Refusal> {
    let kind = match body.kind {
        FaultName::Error => {
            let code = body.code.ok_or_else(|| missing("code"))?;
            let name = body.error.clone().ok_or_else(|| missing("error"))?;
            FaultKind::Error(Refusal::new(code, name))
        }
        FaultName::Silence => FaultKind::Silence,
        FaultName::Delay => {
            let delay = body.delay_ms.ok_or_else(|| missing("delay_ms"))?;
            FaultKind::Delay(Duration::from_millis(delay))
        }
        FaultName::LoseAnswer => FaultKind::LoseAnswer,
        FaultName::Hollow => FaultKind::Hollow,
        FaultName::Raw => {
            let bytes = body.bytes.clone().ok_or_else(|| missing("bytes"))?.0;
            Raw::new(bytes.as_slice()).check()?;
            FaultKind::Raw {
                bytes,
                run: body.run,
            }
        }
        FaultName::Close => FaultKind::Close,
        FaultName::Transport => FaultKind::TransportError(body.code.unwrap_or(-404)),
        _ => return Err(misplaced("a method")),
    };
    let account = body.account.as_deref();
    let chat = body.chat.as_ref().map(|chat| dc.peer(&chat.to_string()));
    dc.fault(Fault {
        method: method.to_owned(),
        account: account.map(|name| dc.user(name)).transpose()?,
        chat: chat.transpose()?,
        kind,
        count: body.count,
        lasting: body.lasting,
    });
    Ok(usize::try_from(body.count).unwrap_or(usize::MAX))
}

fn link_fault(dc: &Dc, account: &str, body: &FaultBody) -> Result<usize, Refusal> {
    match body.kind {
        FaultName::Drop if account == "*" => {
            let open = usize::try_from(dc.connections());
            dc.drop_all_links();
            Ok(open.unwrap_or(usize::MAX))
        }
        FaultName::Drop => dc.drop_links(account),
        FaultName::Stall => dc.stall(account, true),
        FaultName::Resume => dc.stall(account, false),
        FaultName::NewSession => dc.renew_sessions(account),
        FaultName::Refuse => dc.refuse(account, Some(body.code.unwrap_or(-404))),
        FaultName::Accept => match body.dc {
            Some(there) => dc.mend_foreign(account, there).map(|()| 1),
            None => dc.refuse(account, None),
        },
        FaultName::End => {
            let there = body.dc.ok_or_else(|| missing("dc"))?;
            dc.end_foreign(account, there, death(body)?, body.lasting)
        }
        FaultName::Migrate => {
            let to = body.dc.ok_or_else(|| missing("dc"))?;
            dc.migrate(account, to).map(|()| 1)
        }
        _ => Err(misplaced("a link")),
    }
}

/// `to` is an account, a channel, or `*` for everybody.
fn push_fault(dc: &Dc, to: &str, body: &FaultBody) -> Result<usize, Refusal> {
    let account = (to != "*").then_some(to);
    match body.kind {
        FaultName::Lose => dc.lose_pushes(account, body.count)?,
        FaultName::Shuffle if account.is_none() => dc.shuffle_pushes(Some(Shuffle {
            seed: body.seed.unwrap_or(1),
            lose: part(body.lose)?,
            repeat: part(body.repeat)?,
            reorder: part(body.reorder)?,
        })),
        FaultName::Calm if account.is_none() => dc.shuffle_pushes(None),
        FaultName::Bundle if account.is_none() => {
            dc.bundle_pushes(usize::try_from(body.count).unwrap_or(usize::MAX));
        }
        FaultName::TooLong if dc.user(to).is_ok() => dc.push_too_long(to)?,
        FaultName::TooLong => dc.push_channel_too_long(to, body.with_pts)?,
        _ => return Err(misplaced("these pushes")),
    }
    Ok(usize::try_from(body.count).unwrap_or(usize::MAX))
}

/// A chance, absent for never.
fn part(chance: Option<f64>) -> Result<f64, Refusal> {
    let chance = chance.unwrap_or(0.0);
    if (0.0..=1.0).contains(&chance) {
        Ok(chance)
    } else {
        Err(Refusal::bad("chances are 0 to 1"))
    }
}

/// `of` is an account, a channel, or `*` for everybody's of more than `beyond` events.
fn difference_fault(dc: &Dc, of: &str, body: &FaultBody) -> Result<usize, Refusal> {
    match body.kind {
        FaultName::TooLong if of == "*" => {
            let beyond = body.beyond.ok_or_else(|| missing("beyond"))?;
            dc.too_long_beyond(Some(beyond));
        }
        FaultName::Calm if of == "*" => dc.too_long_beyond(None),
        FaultName::Phantom => dc.phantom_pts(of, i32::try_from(body.count).unwrap_or(i32::MAX))?,
        FaultName::TooLong if dc.user(of).is_ok() => dc.too_long(of, body.count)?,
        FaultName::TooLong => dc.channel_too_long(of, body.account.as_deref(), body.count)?,
        _ => return Err(misplaced("differences")),
    }
    Ok(usize::try_from(body.count).unwrap_or(usize::MAX))
}

fn death(body: &FaultBody) -> Result<Death, Refusal> {
    match body.error.as_deref() {
        None | Some("AUTH_KEY_UNREGISTERED") => Ok(Death::Unregistered),
        Some("SESSION_REVOKED") => Ok(Death::Revoked),
        Some(_) => Err(Refusal::bad(
            "`error` is AUTH_KEY_UNREGISTERED or SESSION_REVOKED",
        )),
    }
}

/// `of` is a chat, or `*` for all files.
fn file_fault(dc: &Dc, of: &str, body: &FaultBody) -> Result<usize, Refusal> {
    match body.kind {
        FaultName::Expire if of == "*" => dc.expire_file_references(),
        FaultName::Expire => dc.expire_file_references_in(of, body.account.as_deref())?,
        FaultName::Migrate if of == "*" => dc.new_files_in(body.dc)?,
        _ => return Err(misplaced("files")),
    }
    Ok(0)
}
