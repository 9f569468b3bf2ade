//! What goes wrong with the store of objects.

/// Why bytes cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such object, or not the whole of it.
    #[error("the object is not there")]
    Missing,
    /// The store cannot be used at present.
    #[error("the media store cannot be used: {0}")]
    Away(String),
    /// The settings of the store cannot be used.
    #[error("{0}")]
    Settings(String),
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            error => Self::Away(error.to_string()),
        }
    }
}
