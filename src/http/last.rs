//! Requests that carry a password, a code or a session string leave nothing in the HTTP server.
//!
//! The server reads a connection into one buffer, of which the parts of the request are slices. It
//! keeps the buffer for the connection's next request, and requests for their reuse. What is freed
//! is overwritten, so the buffer has to be freed.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::http::{ConnectionType, Uri};
use actix_web::middleware::Next;

/// Makes the request the last one of its connection, and a copy that holds no part of its buffer.
pub(crate) async fn last<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    detach(&mut request);
    let mut answer = next.call(request).await?;
    let head = answer.response_mut().head_mut();
    head.set_connection_type(ConnectionType::Close);
    Ok(answer)
}

/// Copies the address and the headers out of the buffer.
fn detach(request: &mut ServiceRequest) {
    let head = request.head_mut();
    let mut headers = HeaderMap::with_capacity(head.headers.len());
    for (name, value) in &head.headers {
        if let Ok(copy) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(name.clone(), copy);
        }
    }
    head.headers = headers;
    if let Ok(copy) = head.uri.to_string().parse::<Uri>() {
        head.uri = copy.clone();
        request.match_info_mut().get_mut().update(&copy);
    }
}
