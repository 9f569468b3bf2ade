//! Settings of the bytes of files that are kept: where, and how many.
//!
//! It must not know how they get there.

use crate::config::{AnySetting, ConfigError, Number, Optional, Secret, Setting, Values};
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use url::Url;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[
    &MAX_BYTES,
    &PLACE,
    &ENDPOINT,
    &REGION,
    &ACCESS_KEY_ID,
    &SECRET_ACCESS_KEY,
];

static MAX_BYTES: Setting<Number> = Setting {
    name: "HUB_MEDIA_MAX_BYTES",
    former: &[],
    what: "Bytes of files that are kept at most",
    more: "0 is no bound. Before another file is kept, those leave that were used longest ago, but for pinned \
           ones. Files on their way, eight at most, come on top.",
    kind: Number {
        range: 0..=1 << 50,
        default: 10 << 30,
    },
};

static PLACE: Setting<Optional<BucketName>> = Setting {
    name: "HUB_MEDIA_URL",
    former: &[],
    what: "Bucket that speaks S3 in which files are kept, `s3://bucket` or `s3://bucket/prefix`",
    more: "One database has one folder, or one prefix of a bucket. The bucket needs a rule that \
           ends unfinished uploads (`AbortIncompleteMultipartUpload`).",
    kind: Optional {
        read: bucket_name,
        unset: "the folder `<HUB_DATA_DIR>/media`",
    },
};

static ENDPOINT: Setting<Optional<String>> = Setting {
    name: "HUB_MEDIA_S3_ENDPOINT",
    former: &[],
    what: "URL of the bucket's server",
    more: "Without it and without a key of the hub's own, `AWS_ENDPOINT_URL` is read.",
    kind: Optional {
        read: endpoint,
        unset: "Amazon's",
    },
};

static REGION: Setting<Optional<String>> = Setting {
    name: "HUB_MEDIA_S3_REGION",
    former: &[],
    what: "Region of the bucket",
    more: "Without it and without a key of the hub's own, `AWS_REGION` is read.",
    kind: Optional {
        read: region,
        unset: "`us-east-1`",
    },
};

static ACCESS_KEY_ID: Setting<Optional<String>> = Setting {
    name: "HUB_MEDIA_S3_ACCESS_KEY_ID",
    former: &[],
    what: "Id of the key to the bucket",
    more: "Without it the usual variables of AWS count, such as `AWS_ACCESS_KEY_ID`, \
           `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, else the role of the machine.",
    kind: Optional {
        read: not_blank,
        unset: "none",
    },
};

static SECRET_ACCESS_KEY: Setting<Secret> = Setting {
    name: "HUB_MEDIA_S3_SECRET_ACCESS_KEY",
    former: &[],
    what: "Key to the bucket that has this id",
    more: "",
    kind: Secret { unset: "none" },
};

/// The kept bytes of files.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// How many bytes are kept at most; 0 for as many as there is room for.
    pub max_bytes: u64,
    /// Where they are.
    pub place: MediaPlace,
}

/// Where bytes are kept.
#[derive(Clone, Debug)]
pub enum MediaPlace {
    /// In a folder of the hub's own.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Bucket),
}

/// A bucket that speaks S3. Without a key, what is not said here is taken from the usual variables
/// of AWS.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What comes before the names of all objects, without a slash at its ends; may be empty.
    pub prefix: String,
    /// The server's URL; Amazon's when absent.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The id of the key, and the key.
    pub key: Option<(String, SecretString)>,
}

/// What `s3://` names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BucketName {
    bucket: String,
    prefix: String,
}

impl MediaConfig {
    pub(super) fn from_values(values: &Values, data_dir: &Path) -> Result<Self, ConfigError> {
        let key = match (ACCESS_KEY_ID.of(values), SECRET_ACCESS_KEY.of(values)) {
            (Some(id), Some(key)) => Some((id, key)),
            (None, None) => None,
            (id, _) => {
                let (set, lacking) = match id {
                    Some(_) => (ACCESS_KEY_ID.name, SECRET_ACCESS_KEY.name),
                    None => (SECRET_ACCESS_KEY.name, ACCESS_KEY_ID.name),
                };
                return Err(ConfigError::setting(format!(
                    "{set} is set without {lacking}: set both, or none of them."
                )));
            }
        };
        let place = match PLACE.of(values) {
            None => MediaPlace::Folder(data_dir.join("media")),
            Some(BucketName { bucket, prefix }) => MediaPlace::Bucket(Bucket {
                name: bucket,
                prefix,
                endpoint: ENDPOINT.of(values),
                region: REGION.of(values),
                key,
            }),
        };
        Ok(Self {
            max_bytes: MAX_BYTES.of(values),
            place,
        })
    }
}

/// The names that S3 has for buckets are more narrow, and told by the server.
fn bucket_name(text: &str) -> Result<BucketName, String> {
    let wrong = || "must be s3://bucket or s3://bucket/prefix.".to_owned();
    let rest = text.trim().strip_prefix("s3://").ok_or_else(wrong)?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/');
    let prefix = prefix.trim_matches('/');
    let whole = prefix.is_empty()
        || prefix
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."));
    if bucket.is_empty() || !bucket.chars().chain(prefix.chars()).all(fits) || !whole {
        return Err(wrong());
    }
    Ok(BucketName {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
    })
}

fn endpoint(text: &str) -> Result<String, String> {
    let text = text.trim();
    let url = Url::parse(text).ok();
    let fits = url.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if fits {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err("must be a URL such as https://s3.example.org, without a user name.".to_owned())
}

fn region(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err("must be a region such as eu-central-1.".to_owned())
}

fn not_blank(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err("must consist of visible ASCII characters without blanks.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_a_url() {
        let named = |text| {
            bucket_name(text)
                .ok()
                .map(|name| (name.bucket, name.prefix))
        };
        let is = |bucket: &str, prefix: &str| Some((bucket.to_owned(), prefix.to_owned()));
        assert_eq!(named("s3://media"), is("media", ""));
        assert_eq!(named("s3://media/"), is("media", ""));
        assert_eq!(named("s3://media/hub/one/"), is("media", "hub/one"));
        for wrong in [
            "",
            "media",
            "https://media",
            "s3://",
            "s3:///x",
            "s3://a/../b",
            "s3://a//b/../c",
            "s3://a b",
            "s3://user:secret@a",
        ] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_endpoint_is_a_url_without_a_user() {
        assert_eq!(
            endpoint("http://127.0.0.1:9000/"),
            Ok("http://127.0.0.1:9000".to_owned())
        );
        for wrong in [
            "127.0.0.1:9000",
            "ftp://a",
            "https://user:secret@a",
            "https://",
        ] {
            assert!(endpoint(wrong).is_err(), "{wrong}");
        }
    }
}
