//! Where the master key comes from: a setting, or a file in the data folder.
//!
//! It owns reading and making the key file, and makes one only for a database that has no sealed
//! rows: a fresh key for old rows would open none of them. It must not keep the key; that is
//! the vault's matter.

use crate::store::database_url::DatabaseUrl;
use crate::store::{Error, Vault, open};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret as _, SecretString};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

type Key = Zeroizing<[u8; 32]>;

/// Why there is no usable master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is no key.
    #[error("{0} must hold 32 bytes as 64 hex digits or as base64")]
    Malformed(String),
    /// The file cannot be read or made.
    #[error("the master key file {} cannot be used: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The system gives no random numbers.
    #[error("no random numbers for a master key: {0}")]
    Random(#[from] getrandom::Error),
}

/// The vault of the configured key, else of `<data_dir>/master.key`, else of a new key.
///
/// A new key is made only when the database holds nothing sealed, and its file belongs to the
/// owner alone (mode 0600). With sealed rows and no key the answer is
/// [`Error::WrongMasterKey`], and nothing is left behind.
pub async fn load_or_create_master_key(
    configured: Option<&SecretString>,
    data_dir: &Path,
    database: &DatabaseUrl,
) -> Result<Vault, Error> {
    let path = data_dir.join("master.key");
    let key = if let Some(text) = configured {
        Some(parse(text.expose_secret(), "HUB_MASTER_KEY")?)
    } else {
        let key = read(&path)?;
        if key.is_some() && open::sealed_with(database).await?.is_none() {
            warn_of_new_database(&path, database);
        }
        key
    };
    if let Some(key) = key {
        return Ok(Vault::from_key(&key));
    }
    if let Some(expected) = open::sealed_with(database).await? {
        return Err(Error::WrongMasterKey {
            expected,
            given: "missing".to_owned(),
        });
    }
    let key = create(&path)?;
    Ok(Vault::from_key(&key))
}

/// A key that has sealed rows somewhere, and a database without any: it may be the wrong one.
fn warn_of_new_database(key: &Path, database: &DatabaseUrl) {
    let opened = match database.sqlite_path().map(std::path::absolute) {
        Some(Ok(path)) => path.display().to_string(),
        _ => database.to_string(),
    };
    log::warn!(
        "the database {opened} is new and empty, but the master key file {} is an old one: stored \
         sessions are missing if this is not a first start; DATABASE_URL says which database is opened",
        key.display()
    );
}

/// Both alphabets of RFC 4648, with or without padding.
fn parse(text: &str, origin: &str) -> Result<Key, MasterKeyError> {
    let malformed = || MasterKeyError::Malformed(origin.to_owned());
    let text = text.trim();
    let bytes = Zeroizing::new(if text.len() == 64 {
        hex::decode(text).ok().ok_or_else(malformed)?
    } else {
        let lenient =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let alphabet = if text.contains(['-', '_']) {
            alphabet::URL_SAFE
        } else {
            alphabet::STANDARD
        };
        GeneralPurpose::new(&alphabet, lenient)
            .decode(text)
            .ok()
            .ok_or_else(malformed)?
    });
    let bytes: &[u8; 32] = bytes.as_slice().try_into().ok().ok_or_else(malformed)?;
    let mut key = Key::default();
    key.copy_from_slice(bytes);
    Ok(key)
}

fn read(path: &Path) -> Result<Option<Key>, MasterKeyError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(file_error(path, source)),
    };
    parse(&text, &path.display().to_string()).map(Some)
}

/// Makes the file whole or not at all: a second process sees no file or a complete one.
fn create(path: &Path) -> Result<Key, MasterKeyError> {
    let mut key: Key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice())?;
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let written = write(&draft, &key).and_then(|()| std::fs::hard_link(&draft, path));
    let removed = std::fs::remove_file(&draft);
    match written {
        // Another process was faster; its key counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            read(path)?.ok_or_else(|| file_error(path, std::io::ErrorKind::NotFound.into()))
        }
        Err(source) => Err(file_error(path, source)),
        Ok(()) => {
            removed.map_err(|source| file_error(&draft, source))?;
            log::info!("made a new master key in {}", path.display());
            Ok(key)
        }
    }
}

fn write(path: &Path, key: &Key) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let mut text = Zeroizing::new(hex::encode(key.as_slice()));
    text.push('\n');
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn file_error(path: &Path, source: std::io::Error) -> MasterKeyError {
    MasterKeyError::File {
        path: path.to_owned(),
        source,
    }
}
