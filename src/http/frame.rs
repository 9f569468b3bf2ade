//! What every request goes through, whatever its path: id, time, panic, log, metrics.
//!
//! Owns the headers that every answer carries. It must not know what the paths do.

use crate::error::{Code, Error};
use crate::http::admission::Admitted;
use crate::http::door::Door;
use crate::http::failure::Failure;
use crate::http::file::HeadOnly;
use crate::http::hall::{Hall, of_library};
use crate::http::logged::{Kind, Sampler, Shown, shown_path};
use crate::http::pages;
use crate::metrics::{HTTP_REQUESTS, HTTP_SECONDS};
use crate::ops::RequestId;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers are data: no page may frame them, and a browser that shows one runs nothing of it.
const DATA_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// The documentation runs its own scripts and asks this hub. Swagger UI styles its elements
/// itself, draws with data URLs and shows media that it was answered.
const DOCUMENTATION_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What is noted of a request before it is handed on.
struct Seen {
    id: RequestId,
    method: Method,
    /// As it is logged.
    path: String,
    /// Whose path it is.
    door: &'static Door,
    started: Instant,
    sampler: web::Data<Sampler>,
}

/// The outermost layer: gives the request its id, catches what panics, logs and counts.
///
/// `HEAD` is answered as `GET` would be; the server leaves the body out (RFC 9110, 9.3.2).
pub(super) async fn frame<B: MessageBody + 'static>(
    sampler: web::Data<Sampler>,
    hall: web::Data<Hall>,
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
        path: shown_path(request.path()),
        door: hall.owner(request.match_info().as_str()),
        started: Instant::now(),
        sampler,
    };
    request.extensions_mut().insert(seen.id.clone());
    if seen.method == Method::HEAD {
        request.head_mut().method = Method::GET;
        // The server reads a body to its end before it leaves it out.
        request.extensions_mut().insert(HeadOnly);
    }
    // A handler that panics loses its request alone; nothing else holds what it was building.
    let answered = AssertUnwindSafe(async move { next.call(request).await })
        .catch_unwind()
        .await;
    match answered {
        Ok(Ok(mut response)) => {
            let request = response.request();
            let route = request.match_pattern();
            let admitted = request.extensions().get::<Admitted>().cloned();
            let is_anonymous = admitted.is_some_and(|admitted| admitted.is_anonymous());
            seen.note(route.as_deref(), response.status(), is_anonymous);
            seen.stamp(route.as_deref(), response.headers_mut());
            Ok(response)
        }
        Ok(Err(error)) => Err(match error.as_error::<Failure>() {
            Some(failure) => seen.failed(failure.error()),
            None => seen.failed(&of_library(error.as_response_error().status_code())),
        }),
        Err(_panic) => {
            let text = format!("Internal error (request {})", seen.id);
            Err(seen.failed(&Error::new(Code::Internal, text)))
        }
    }
}

impl Seen {
    /// An answer that is made outside the router.
    fn failed(&self, error: &Error) -> actix_web::Error {
        let mut response = (self.door.render)(error);
        self.note(None, response.status(), false);
        self.stamp(None, response.headers_mut());
        InternalError::from_response("the request failed outside a handler", response).into()
    }

    /// Puts on the headers that every answer carries.
    fn stamp(&self, route: Option<&str>, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(self.id.as_str()) {
            headers.insert(X_REQUEST_ID, id);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let is_documentation = matches!(route, Some(pages::DOCS | pages::DOCUMENTATION));
        if is_documentation || route == Some("/") {
            headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        let policy = if is_documentation {
            DOCUMENTATION_POLICY
        } else {
            DATA_POLICY
        };
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        if !headers.contains_key(CACHE_CONTROL) && !is_documentation {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }

    /// Logs and counts the answer, without its body and without the query.
    fn note(&self, route: Option<&str>, status: StatusCode, is_anonymous: bool) {
        let took = self.started.elapsed();
        // What strangers can make the hub answer does not fill the log.
        let kind = match status.as_u16() {
            refused @ 400.. => Some(Kind::Refused(refused)),
            _ => is_anonymous.then_some(Kind::Anonymous),
        };
        if kind.is_none_or(|kind| self.sampler.lets_through(kind, Instant::now())) {
            log::info!(
                target: "telegram_hub::access",
                method:% = Shown(self.method.as_str()),
                path = self.path.as_str(),
                status = status.as_u16(),
                took_us:% = took.as_micros(),
                request_id = self.id.as_str();
                "request"
            );
        }
        let method = method_label(&self.method);
        let route = route.unwrap_or("none").to_owned();
        let status = status.as_str().to_owned();
        let door = door_label(self.door);
        metrics::histogram!(
            HTTP_SECONDS, "door" => door, "method" => method, "route" => route.clone()
        )
        .record(took.as_secs_f64());
        metrics::counter!(
            HTTP_REQUESTS,
            "door" => door, "method" => method, "route" => route, "status" => status
        )
        .increment(1);
    }
}

/// The pages of the hub itself have no door.
fn door_label(door: &Door) -> &'static str {
    match door.name {
        "" => "none",
        name => name,
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
