//! Files: sending them from a URL or an upload, and downloading what messages carry.
//!
//! Files pass through in parts of half a mebibyte; none is ever held as a whole.

mod download;
mod pace;
mod send;
mod source;
mod upload;

pub(in crate::ops) use download::start;
pub use download::{ByteRange, Download, DownloadMedia};
pub use send::{SendAlbum, SendFile};
pub use source::{FileSource, FileStream};
