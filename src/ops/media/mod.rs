//! The files of messages of the log: which there are, keeping their bytes, and giving them out.
//!
//! Files are an account's own, like its messages: nobody reads those of another, although equal
//! bytes are kept once.

mod download;
mod histories;
mod keep;
mod read;

pub(super) use histories::FilesOfHistory;
pub use keep::{KeepFiles, KeptFiles, Wanted};
pub use read::{FileBytes, FileView, PinFile, ReadFile, ShowFile};
