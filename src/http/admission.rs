//! The layer in which callers are let in or told why not.
//!
//! Owns the way from a request to the rule of its route, and what becomes of wrong keys. It must
//! not know what a rule asks for.

use crate::auth::{Caller, Guesses, Origin};
use crate::error::{Code, Error};
use crate::http::door::Rule;
use crate::http::failure::Failure;
use crate::http::gate::{Asked, Gate};
use crate::http::rules::Rules;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, web};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How long one more wrong key is kept waiting for its answer when there were too many. Its
/// connection can ask nothing else meanwhile.
const SLOWED: Duration = Duration::from_millis(100);

/// Who was let in, and under which rule.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    caller: Caller,
    rule: Rule,
}

impl Admitted {
    /// Who may use the route that the request has reached: whoever was let in for a route of the
    /// same rule.
    ///
    /// The gate asks the router's own map, which does not look at methods; this looks at what the
    /// router has chosen in the end. They differ only if two patterns of different rules match one
    /// path.
    pub(super) fn caller(self, request: &HttpRequest, rules: &Rules) -> Option<Caller> {
        (rules.of(request.match_pattern().as_deref()) == self.rule).then_some(self.caller)
    }

    /// Whether a stranger was let in, for what is open to anyone.
    pub(super) fn is_anonymous(&self) -> bool {
        self.caller.origin() == Origin::Anonymous
    }
}

/// Lets callers in or answers why not.
///
/// The rule is that of the route which the router matches with the path as it reads it, decoded
/// in part.
pub(super) async fn gate<B: MessageBody + 'static>(
    gate: web::Data<Gate>,
    rules: web::Data<Rules>,
    guesses: web::Data<Guesses>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let path = request.match_info().as_str();
    let rule = rules.of(request.resource_map().match_pattern(path).as_deref());
    let asked = Asked {
        rule,
        authority: request.uri().authority().map(Authority::as_str),
        headers: request.headers(),
    };
    let admitted = gate.admit(&asked);
    let error = match admitted {
        Ok(caller) => {
            request.extensions_mut().insert(Admitted { caller, rule });
            return Ok(next.call(request).await?.map_into_left_body());
        }
        Err(error) if error.code == Code::InvalidKey && gate.is_guess(&asked) => {
            slow_down(error, &guesses, request.peer_addr().map(|peer| peer.ip())).await
        }
        Err(error) => error,
    };
    let refused = request.error_response(Failure::from(error));
    Ok(refused.map_into_right_body())
}

/// Too many wrong keys from one address are answered later, and with how long to wait. The right
/// one is never kept waiting: behind a proxy all clients have one address.
async fn slow_down(error: Error, guesses: &Guesses, peer: Option<IpAddr>) -> Error {
    let address = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let Some(wait) = guesses.note(address) else {
        return error;
    };
    tokio::time::sleep(SLOWED).await;
    let sentence = "Too many wrong keys from this address; wait before the next";
    Error::new(Code::RateLimited, sentence).retry_after(wait)
}
