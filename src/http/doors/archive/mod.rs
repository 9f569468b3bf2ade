//! The archive's door: logging in by QR code, searching an account's chats and messages, and how
//! they are fetched.
//!
//! Owns the paths of the Telegram Scraper API that this one replaces, all below `/api/v3`, with its
//! JSON to the letter. The account is named by the header `X-Telegram-Username`, but where there is
//! none yet. Fields it does not know are ignored.

mod account;
mod dates;
mod dialogs;
mod files;
mod history;
mod messages;
mod patience;
mod qr;
mod refusal;
mod settings;
mod wire;

use crate::http::door::{Area, Door, Lock, Part, Rule, no_state};
use utoipa_actix_web::service_config::ServiceConfig;

/// What this door says of itself.
pub(super) static DOOR: Door = Door {
    name: "archive",
    by_default: true,
    areas: &[Area::Below("/api/v3")],
    starts: &[
        ("search_dialogs", "/api/v3/search/dialogs"),
        ("search_messages", "/api/v3/search/messages"),
        ("folders", "/api/v3/folders"),
        ("settings", "/api/v3/settings"),
        ("qr_login", "/api/v3/auth/qr"),
    ],
    routes,
    entrance: Rule::Operator,
    rules: Vec::new,
    document: || Part {
        tags: vec![(
            "archive",
            "Logging in by QR code, searching chats and messages, and reading and downloading histories",
        )],
        error: "Error",
        ..Part::default()
    },
    settings: &[],
    lock: Lock::none,
    state: no_state,
    render: refusal::render,
};

fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(dialogs::search)
        .service(dialogs::folders)
        .service(history::history)
        .service(history::sync)
        .service(messages::everywhere)
        .service(messages::in_dialog)
        .service(qr::start)
        .service(qr::status)
        .service(qr::password)
        .service(qr::cancel)
        .service(files::download)
        .service(files::pin)
        .service(files::unpin)
        .service(settings::read)
        .service(settings::change);
}
