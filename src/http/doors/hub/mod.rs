//! The session hub's door: logins, sessions, messages and entities.
//!
//! Owns the paths of the Telegram API Hub that this one replaces, with its JSON to the letter and
//! what has been added since. Fields it does not know are ignored. Its errors have the common
//! shape `{"detail": …}` with the common statuses.

mod entities;
mod gaps;
mod last;
mod login;
mod messages;
mod sessions;
mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every path of this door.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(login::start)
        .service(login::code)
        .service(login::password)
        .service(login::logout)
        .service(sessions::list)
        .service(sessions::import)
        .service(sessions::status)
        .service(sessions::destroy)
        .service(sessions::reconnect)
        .service(sessions::restore)
        .service(messages::send)
        .service(messages::reply)
        .service(messages::of_session)
        .service(messages::of_all)
        .service(gaps::of_session)
        .service(entities::resolve)
        .service(entities::list)
        .service(entities::cache);
}
