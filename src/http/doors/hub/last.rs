//! Requests that carry a password, a code or a session string are the last of their connection.
//!
//! The HTTP server reads a connection into one buffer and keeps it for the next request, with the
//! secret in it; what is freed is overwritten, and this frees it.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;

/// Closes the connection behind the answer.
pub(super) async fn last<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    let head = answer.response_mut().head_mut();
    head.set_connection_type(ConnectionType::Close);
    Ok(answer)
}
