//! The hall: which door a path belongs to, and in whose shape it is answered.
//!
//! Owns the list of the doors that are open. Whatever holds for each of them loops over it. It must
//! not know what any door does.

use crate::config::{Config, Doors};
use crate::error::{Code, Error};
use crate::http::door::{Area, Door, Lock, State};
use crate::http::doors;
use crate::http::failure::{Failure, X_ERROR_CODE};
use crate::http::pages::PAGES;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use std::fmt;

/// A door was named that there is not.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "HUB_DOORS must be a list of {}, separated by commas; it contains {name:?}.",
    known()
)]
pub struct UnknownDoor {
    name: String,
}

/// The names of all doors, as a sentence lists them.
fn known() -> String {
    let names: Vec<_> = doors::ALL.iter().map(|door| door.name).collect();
    names.join(", ")
}

/// A door that is open, with what the settings say of it.
#[derive(Clone)]
pub(crate) struct OpenDoor {
    /// Which it is.
    pub(crate) door: &'static Door,
    /// What opens it.
    pub(crate) lock: Lock,
    /// What its handlers share.
    pub(crate) state: State,
}

impl OpenDoor {
    fn new(door: &'static Door, config: &Config) -> Self {
        Self {
            door,
            lock: (door.lock)(config),
            state: (door.state)(config),
        }
    }
}

impl fmt::Debug for OpenDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.door.name)
    }
}

/// The doors that the settings open, each once.
///
/// # Errors
/// When a name is no door's.
pub(super) fn opened(config: &Config) -> Result<Vec<OpenDoor>, UnknownDoor> {
    let chosen = match &config.http.doors {
        Doors::All => None,
        Doors::Named(names) => Some(names),
    };
    for name in chosen.into_iter().flatten() {
        named(name)?;
    }
    // In the order in which their routes are tried, whatever the order of the names.
    let opened = doors::ALL.iter().filter(|door| match chosen {
        None => door.by_default,
        Some(names) => names.iter().any(|name| name == door.name),
    });
    Ok(opened.map(|door| OpenDoor::new(door, config)).collect())
}

/// The door of this name.
pub(super) fn named(name: &str) -> Result<&'static Door, UnknownDoor> {
    let found = doors::ALL.iter().find(|door| door.name == name);
    found.copied().ok_or_else(|| UnknownDoor {
        name: name.to_owned(),
    })
}

/// The doors that are open, and the pages, to which every other path belongs.
pub(crate) struct Hall(Vec<&'static Door>);

impl Hall {
    /// A hall of these doors.
    pub(super) fn new(open: &[&'static Door]) -> Self {
        Self(open.iter().copied().chain([&PAGES]).collect())
    }

    /// The paths to start with, by name.
    pub(super) fn starts(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().flat_map(|door| door.starts.iter().copied())
    }

    /// Whose path it is, as the router reads it.
    pub(super) fn owner(&self, path: &str) -> &'static Door {
        let fitting = self.0.iter().flat_map(|door| {
            let areas = door.areas.iter().copied();
            areas.filter_map(|area| area.fits(path).map(|length| (length, area, *door)))
        });
        // What a door leaves to others is one of theirs.
        let is_own = |area: &Area| !matches!(area, Area::Except(_));
        match fitting.max_by_key(|(length, area, _)| (*length, is_own(area))) {
            Some((_, Area::Only(_) | Area::Below(_), door)) => door,
            Some((_, Area::Except(_), _)) | None => &PAGES,
        }
    }
}

/// The layer in which every error takes the shape of the door that the path belongs to, also one
/// that was found before a handler.
pub(super) async fn in_shape<B: MessageBody + 'static>(
    hall: web::Data<Hall>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let door = hall.owner(request.match_info().as_str());
    let answered = next.call(request).await?;
    let Some(shaped) = shaped(door, answered.response()) else {
        return Ok(answered.map_into_left_body());
    };
    // What an answer says beside its error stays, such as the methods that are allowed and that
    // the connection closes.
    Ok(answered.map_body(|head, _former| {
        head.status = shaped.status();
        for (name, value) in shaped.headers() {
            head.headers.insert(name.clone(), value.clone());
        }
        EitherBody::right(shaped.into_body())
    }))
}

/// An error in the shape of a door; nothing for what a door has rendered itself.
fn shaped<B: MessageBody>(door: &Door, answer: &HttpResponse<B>) -> Option<HttpResponse> {
    if let Some(failure) = answer.error().and_then(|error| error.as_error::<Failure>()) {
        return Some((door.render)(failure.error()));
    }
    // What the server library refuses has no code, and its words may repeat what a client sent.
    let status = answer.status();
    let is_bare = answer.error().is_some() || answer.body().size().is_eof();
    let is_foreign = status.as_u16() >= 400 && !answer.headers().contains_key(X_ERROR_CODE);
    (is_bare && is_foreign).then(|| (door.render)(&of_library(status)))
}

/// An error of the server library.
pub(super) fn of_library(status: StatusCode) -> Error {
    let code = match status.as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::RequestTimeout,
        413 => Code::PayloadTooLarge,
        400..500 => Code::InvalidRequest,
        _ => Code::Internal,
    };
    Error::new(code, status.canonical_reason().unwrap_or("Error"))
}
