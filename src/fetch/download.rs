//! A file on its way in.
//!
//! Owns the open connection, the count of bytes against the limit, and what the head of the
//! answer says about the file. It must not know how the connection came about, nor where the
//! bytes go.

use crate::fetch::patience::Patience;
use crate::fetch::{FetchError, content, described, file_name};
use bytes::Bytes;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use url::Url;

/// A file that is being fetched. Dropping it closes the connection.
#[derive(Debug)]
pub struct Download {
    file_name: String,
    mime: Option<String>,
    len: Option<u64>,
    max_bytes: u64,
    received: u64,
    patience: Patience,
    /// The connection, until the file is complete or has failed.
    body: Option<Response>,
}

impl Download {
    /// Takes over an answer that is no redirect.
    pub(super) fn begin(
        response: Response,
        url: &Url,
        max_bytes: u64,
        patience: Patience,
    ) -> Result<Self, FetchError> {
        let status = response.status();
        // A part that nobody has asked for is not the file.
        if !status.is_success() || status == StatusCode::PARTIAL_CONTENT {
            return Err(FetchError::Status(status.as_u16()));
        }
        let len = response.content_length();
        if len.is_some_and(|len| len > max_bytes) {
            return Err(FetchError::TooLarge { limit: max_bytes });
        }
        let header = |name: HeaderName| response.headers().get(name).map(HeaderValue::as_bytes);
        Ok(Self {
            file_name: file_name::of(header(CONTENT_DISPOSITION), url),
            mime: header(CONTENT_TYPE).and_then(content::mime),
            len,
            max_bytes,
            received: 0,
            patience,
            body: Some(response),
        })
    }

    /// A name for the file: what the server calls it, else the last part of the URL's path, else
    /// `file`. At most 255 bytes of UTF-8, never empty, without separators and control characters.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The media type that the server names, in lower case and without parameters.
    pub fn mime(&self) -> Option<&str> {
        self.mime.as_deref()
    }

    /// The length in bytes that the server names. A complete file has exactly this length.
    pub fn len(&self) -> Option<u64> {
        self.len
    }

    /// Whether the server names a length of zero.
    pub fn is_empty(&self) -> bool {
        self.len == Some(0)
    }

    /// The next bytes, as many as have come but at most some 400 KiB, or `None` at the end.
    ///
    /// After the end and after an error the connection is closed, and the answer is `None`.
    ///
    /// # Errors
    /// [`FetchError::TooLarge`], [`FetchError::Timeout`], [`FetchError::Stalled`] or
    /// [`FetchError::Interrupted`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let next = self.next().await;
        if !matches!(next, Ok(Some(_))) {
            self.body = None;
        }
        next
    }

    async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        let Some(body) = &mut self.body else {
            return Ok(None);
        };
        let next = self.patience.wait(body.chunk()).await?;
        let next = next.map_err(|error| FetchError::Interrupted(described(error)))?;
        let Some(bytes) = next else { return Ok(None) };
        self.received = self.received.saturating_add(bytes.len() as u64);
        if self.received > self.max_bytes {
            let limit = self.max_bytes;
            return Err(FetchError::TooLarge { limit });
        }
        Ok(Some(bytes))
    }
}
