//! What every request goes through, whatever its path: id, time, panic, log, metrics, gate.
//!
//! Owns the headers that every answer carries. It must not know what the paths do.

use crate::auth::Caller;
use crate::error::{Code, Error};
use crate::http::doors::tools::unauthorized;
use crate::http::failure::Failure;
use crate::http::gate::{Gate, is_tools};
use crate::metrics::{HTTP_REQUESTS, HTTP_SECONDS};
use crate::ops::RequestId;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _, web};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is noted of a request before it is handed on.
struct Seen {
    id: RequestId,
    method: Method,
    path: String,
    started: Instant,
}

/// The outermost layer: gives the request its id, catches what panics, logs and counts.
///
/// `HEAD` is answered as `GET` would be; the server leaves the body out (RFC 9110, 9.3.2).
pub(super) async fn frame<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let seen = Seen {
        id: request
            .headers()
            .get(X_REQUEST_ID)
            .and_then(|id| RequestId::parse(id.as_bytes()))
            .unwrap_or_else(RequestId::generate),
        method: request.method().clone(),
        path: request.path().to_owned(),
        started: Instant::now(),
    };
    request.extensions_mut().insert(seen.id.clone());
    if seen.method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    // A handler that panics loses its request alone; nothing else holds what it was building.
    let answered = AssertUnwindSafe(async move { next.call(request).await })
        .catch_unwind()
        .await;
    match answered {
        Ok(Ok(mut response)) => {
            let route = response.request().match_pattern();
            seen.note(route.as_deref(), response.status());
            seen.stamp(response.headers_mut());
            Ok(response)
        }
        Ok(Err(error)) => Err(seen.failed(error.error_response())),
        Err(_panic) => {
            let text = format!("Internal error (request {})", seen.id);
            Err(seen.failed(Failure::from(Error::new(Code::Internal, text)).error_response()))
        }
    }
}

impl Seen {
    /// An answer that is made outside the router.
    fn failed(&self, mut response: HttpResponse) -> actix_web::Error {
        self.note(None, response.status());
        self.stamp(response.headers_mut());
        InternalError::from_response("the request failed outside a handler", response).into()
    }

    /// Puts on the headers that every answer carries.
    fn stamp(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(self.id.as_str()) {
            headers.insert(X_REQUEST_ID, id);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if !headers.contains_key(CACHE_CONTROL) && !self.path.starts_with("/docs") {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }

    /// Logs and counts the answer, without its body and without the query.
    fn note(&self, route: Option<&str>, status: StatusCode) {
        let took = self.started.elapsed();
        log::info!(
            target: "telegram_hub::access",
            method = self.method.as_str(),
            path = self.path.as_str(),
            status = status.as_u16(),
            took_us:% = took.as_micros(),
            request_id = self.id.as_str();
            "{} {} {}", self.method, self.path, status.as_u16()
        );
        let method = method_label(&self.method);
        let route = route.unwrap_or("none").to_owned();
        let status = status.as_str().to_owned();
        metrics::histogram!(HTTP_SECONDS, "method" => method, "route" => route.clone())
            .record(took.as_secs_f64());
        metrics::counter!(HTTP_REQUESTS, "method" => method, "route" => route, "status" => status)
            .increment(1);
    }
}

/// Clients can make up methods, and each would be a series of its own.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The layer below: lets callers in or answers why not.
pub(super) async fn gate<B: MessageBody + 'static>(
    gate: web::Data<Gate>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    match gate.admit(request.path(), request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert::<Caller>(caller);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(error) => {
            let response = if error.code == Code::InvalidKey && is_tools(request.path()) {
                unauthorized()
            } else {
                Failure::from(error).error_response()
            };
            Ok(request.into_response(response).map_into_right_body())
        }
    }
}
