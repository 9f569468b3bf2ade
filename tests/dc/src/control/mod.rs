//! The control port: the scripting of the data centre for other processes, as JSON over HTTP.
//!
//! Owns the paths, the JSON and which status goes with what. Everything it does is a method of
//! [`Dc`].

mod chats;
mod faults;
mod folders;
mod handlers;
mod raw;
mod rules;
mod scenes;
mod wire;

use std::io;
use std::net::TcpListener;

use actix_web::error::InternalError;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::dc::Dc;
use crate::world::refusal::Refusal;

/// The largest body accepted, in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// Serves the control port until `stop` fires.
///
/// # Errors
/// When the listener cannot be served.
pub async fn serve(listener: TcpListener, dc: Dc, stop: CancellationToken) -> io::Result<()> {
    let dc = web::Data::new(dc);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::clone(&dc))
            .app_data(
                web::JsonConfig::default()
                    .limit(BODY_LIMIT)
                    .content_type_required(false)
                    .error_handler(|error, _| refused(&error)),
            )
            .app_data(web::QueryConfig::default().error_handler(|error, _| refused(&error)))
            .configure(handlers::routes)
            .configure(chats::routes)
            .configure(faults::routes)
            .configure(folders::routes)
            .configure(raw::routes)
            .configure(rules::routes)
            .configure(scenes::routes)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    let handle = server.handle();
    let stopping = async {
        stop.cancelled().await;
        handle.stop(true).await;
    };
    let (result, ()) = tokio::join!(server, stopping);
    result
}

/// 200 with what was done, or 400 with the reason why not.
fn answer<T: Serialize>(result: Result<T, Refusal>) -> HttpResponse {
    match result {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(refusal) => HttpResponse::BadRequest().json(wire::Failure {
            error: refusal.name,
        }),
    }
}

/// 400 with the reason, for a body or query that cannot be read.
fn refused(reason: &dyn std::fmt::Display) -> actix_web::Error {
    let reason = reason.to_string();
    let body = wire::Failure {
        error: reason.clone(),
    };
    InternalError::from_response(reason, HttpResponse::BadRequest().json(body)).into()
}
