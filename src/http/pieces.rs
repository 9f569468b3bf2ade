//! How answers leave: in pieces, so that the server holds no second copy of a large one.
//!
//! The server library copies what a body gives into its own buffer, as much as that is at once.
//! Owns the size of the pieces and tells the connection when a request begins and when its answer
//! has left. It must not know what is answered.

use crate::http::connection::{Busy, Traffic};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use bytes::Bytes;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// The largest piece, in bytes.
const PIECE: usize = 16 * 1024;

/// The layer around all others.
pub(super) async fn in_pieces<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Pieces>, actix_web::Error> {
    let traffic = request.request().conn_data::<Rc<Traffic>>();
    let busy = traffic.map(|traffic| traffic.begin(body_length(request.headers())));
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Pieces::new(body.boxed(), busy)))
}

/// How long the body of a request is; `None` when only its end tells.
fn body_length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return None;
    }
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    Some(length.unwrap_or(0))
}

/// A body that is handed over piece by piece.
pub(super) struct Pieces {
    size: BodySize,
    /// What is still to be sent of what the body gave.
    rest: Bytes,
    /// What the body still has to give.
    more: Option<BoxBody>,
    busy: Option<Busy>,
}

impl Pieces {
    fn new(body: BoxBody, busy: Option<Busy>) -> Self {
        let mut pieces = Self {
            size: body.size(),
            rest: Bytes::new(),
            more: None,
            busy,
        };
        match body.try_into_bytes() {
            Ok(bytes) => pieces.keep(bytes),
            Err(body) => pieces.more = Some(body),
        }
        pieces
    }

    /// What others hold as well costs nothing.
    fn keep(&mut self, bytes: Bytes) {
        if let Some(busy) = &mut self.busy {
            busy.hold(if bytes.is_unique() { bytes.len() } else { 0 });
        }
        self.rest = bytes;
    }
}

impl MessageBody for Pieces {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        while this.rest.is_empty() {
            let Some(more) = &mut this.more else {
                return Poll::Ready(None);
            };
            match ready!(Pin::new(more).poll_next(cx)) {
                Some(Ok(bytes)) => this.keep(bytes),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => this.more = None,
            }
        }
        let length = this.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(this.rest.split_to(length))))
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        if self.more.is_some() {
            return Err(self);
        }
        Ok(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[actix_web::test]
    async fn a_large_body_leaves_whole_and_in_pieces() {
        let text: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut body = Pieces::new(BoxBody::new(text.clone()), None);
        assert_eq!(body.size(), BodySize::Sized(100_000));
        let mut seen = Vec::new();
        while let Some(piece) = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {
            let piece = piece.expect("bytes");
            assert!((1..=PIECE).contains(&piece.len()));
            seen.extend_from_slice(&piece);
        }
        assert_eq!(seen, text);
    }
}
