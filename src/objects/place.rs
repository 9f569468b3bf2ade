//! Where the objects are: a folder, or a bucket that speaks S3.

use crate::config::{Bucket, MediaPlace};
use crate::objects::Error;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use secrecy::ExposeSecret as _;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::time::Duration;

/// How long one request to a bucket may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection to it may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long requests that fail in passing are repeated.
const RETRY_TIMEOUT: Duration = Duration::from_secs(15);

/// Where the objects of a store are.
#[derive(Clone, Debug)]
pub(super) struct Place(MediaPlace);

impl Place {
    /// The store there, and the place with its real path.
    pub(super) fn open(place: &MediaPlace) -> Result<(Arc<dyn ObjectStore>, Self), Error> {
        match place {
            MediaPlace::Folder(folder) => {
                let refused = |why: &dyn std::fmt::Display| {
                    let folder = folder.display();
                    Error::Settings(format!("the media folder {folder} cannot be used: {why}"))
                };
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(folder)
                    .map_err(|error| refused(&error))?;
                let folder = fs::canonicalize(folder).map_err(|error| refused(&error))?;
                let store =
                    LocalFileSystem::new_with_prefix(&folder).map_err(|error| refused(&error))?;
                // The row that names an object is durable, so that the object has to be.
                Ok((
                    Arc::new(store.with_fsync(true)),
                    Self(MediaPlace::Folder(folder)),
                ))
            }
            MediaPlace::Bucket(bucket) => {
                let store = open(bucket)?;
                let store: Arc<dyn ObjectStore> = if bucket.prefix.is_empty() {
                    Arc::new(store)
                } else {
                    Arc::new(PrefixStore::new(store, bucket.prefix.as_str()))
                };
                Ok((store, Self(place.clone())))
            }
        }
    }

    pub(super) fn location(&self, path: &Path) -> String {
        match &self.0 {
            MediaPlace::Folder(folder) => folder.join(path.as_ref()).display().to_string(),
            MediaPlace::Bucket(bucket) => {
                let prefix = match bucket.prefix.as_str() {
                    "" => String::new(),
                    prefix => format!("{prefix}/"),
                };
                format!("s3://{}/{prefix}{path}", bucket.name)
            }
        }
    }

    /// Removes the folders of other runs below `incoming`, with what a crash has left in them.
    pub(super) async fn sweep(&self, incoming: &str, own: &Path) -> Result<(), Error> {
        let MediaPlace::Folder(folder) = &self.0 else {
            return Ok(());
        };
        let (incoming, own) = (folder.join(incoming), folder.join(own.as_ref()));
        blocking(move || {
            let entries = match fs::read_dir(incoming) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                entries => entries?,
            };
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() && entry.path() != own {
                    fs::remove_dir_all(entry.path())?;
                }
            }
            Ok(())
        })
        .await
    }
}

fn open(bucket: &Bucket) -> Result<object_store::aws::AmazonS3, Error> {
    let client = ClientOptions::new()
        .with_timeout(REQUEST_TIMEOUT)
        .with_connect_timeout(CONNECT_TIMEOUT);
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 5,
        retry_timeout: RETRY_TIMEOUT,
    };
    // With a key of the hub's own nothing else of the environment may come in between.
    let builder = match &bucket.key {
        Some((id, key)) => AmazonS3Builder::new()
            .with_access_key_id(id)
            .with_secret_access_key(key.expose_secret()),
        None => AmazonS3Builder::from_env(),
    };
    let mut builder = builder
        .with_bucket_name(&bucket.name)
        .with_retry(retry)
        .with_client_options(client);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder
            .with_endpoint(endpoint)
            .with_allow_http(endpoint.starts_with("http://"));
    }
    if let Some(region) = &bucket.region {
        builder = builder.with_region(region);
    }
    builder
        .build()
        .map_err(|error| Error::Settings(format!("HUB_MEDIA_URL cannot be used: {error}")))
}

async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|stopped| Error::Away(stopped.to_string()))?
        .map_err(|error| Error::Away(error.to_string()))
}
