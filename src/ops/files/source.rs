//! Where the bytes of a file come from.

use bytes::Bytes;
use tokio::sync::mpsc;

/// A file that a client wants sent.
#[derive(Debug)]
pub enum FileSource {
    /// Fetched by the hub.
    Url {
        /// `http` or `https`.
        url: String,
        /// The largest file that is taken, in bytes.
        max_bytes: u64,
    },
    /// Brought by the client.
    Stream(FileStream),
}

/// The bytes of a file while they arrive.
#[derive(Debug)]
pub struct FileStream {
    /// Its name, without a path.
    pub name: String,
    /// Its MIME type.
    pub mime: Option<String>,
    /// Its size in bytes, when it is known beforehand.
    pub len: Option<u64>,
    /// The largest file that is taken, in bytes.
    pub max_bytes: u64,
    /// Its bytes, in order; an error ends the file unfinished.
    pub chunks: mpsc::Receiver<Result<Bytes, std::io::Error>>,
}
