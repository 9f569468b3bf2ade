//! Secrets out of files: `NAME_FILE` beside every setting `NAME` that is a secret.
//!
//! It owns the one way in which all of them are read. It must not know what the secrets are for.

use crate::config::{ConfigError, Exposure};
use crate::model::Excerpt;
use secrecy::SecretString;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use zeroize::Zeroizing;

/// The largest file, in bytes; session strings have some hundreds.
const MOST_BYTES: u64 = 16 * 1024;

/// Reads the secret of `name` from the file of this path, with nothing beside it.
///
/// What others can read as well is noted in `warnings`.
pub(super) fn read(
    name: &str,
    beside: Option<&SecretString>,
    path: &str,
    warnings: &mut Vec<String>,
) -> Result<SecretString, ConfigError> {
    if beside.is_some() {
        return Err(ConfigError::setting(format!(
            "{name} and {name}_FILE are both set: set one of them."
        )));
    }
    let shown = shown(path);
    let content = content(Path::new(path)).map_err(|why| {
        ConfigError::setting(format!(
            "{name}_FILE must be the path of a file with {name} in it; {shown} {why}."
        ))
    })?;
    if let Some(exposure) = Exposure::of(Path::new(path)) {
        warnings.push(format!("{name}_FILE: {exposure}"));
    }
    Ok(content)
}

/// The file's text without the line break at its end, or why there is none.
fn content(path: &Path) -> Result<SecretString, String> {
    let mut bytes = Zeroizing::new(Vec::new());
    // A pipe has no length beforehand, so the reading itself is bounded.
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("is larger than {MOST_BYTES} bytes"));
    }
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err("is no UTF-8 text".to_owned());
    };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(text.into())
}

/// The path, unless it may be the secret itself, put in the wrong place.
fn shown(path: &str) -> String {
    let is_path = ["/", "./", "../"]
        .iter()
        .any(|start| path.starts_with(start));
    if is_path || Path::new(path).exists() {
        return format!("the file {}", Excerpt::new(path, 512));
    }
    "what it names".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;
    use std::os::unix::fs::PermissionsExt as _;

    fn reading(path: &Path) -> Result<(String, Vec<String>), String> {
        let mut warnings = Vec::new();
        let path = path.display().to_string();
        read("HUB_API_KEY", None, &path, &mut warnings)
            .map(|secret| (secret.expose_secret().to_owned(), warnings))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn one_line_break_at_the_end_is_no_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (written, expected) in [
            ("s3cret", "s3cret"),
            ("s3cret\n", "s3cret"),
            ("s3cret\r\n", "s3cret"),
            ("s3cret\n\n", "s3cret\n"),
            (" s3 cret ", " s3 cret "),
        ] {
            std::fs::write(&path, written).unwrap();
            assert_eq!(reading(&path).unwrap().0, expected);
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "s3cret").unwrap();
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let warnings = reading(&path).unwrap().1;
            assert_eq!(!warnings.is_empty(), warned, "{mode:o}");
            for warning in warnings {
                assert!(warning.starts_with("HUB_API_KEY_FILE: "), "{warning}");
                assert!(warning.contains(&format!("mode {mode:o}")), "{warning}");
                assert!(warning.contains(&path.display().to_string()), "{warning}");
                assert!(!warning.contains("s3cret"));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_one_sentence_with_the_variable_and_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("empty"), "\n").unwrap();
        std::fs::write(path("blank"), " \t\n").unwrap();
        std::fs::write(path("large"), vec![b'x'; 16 * 1024 + 1]).unwrap();
        std::fs::write(path("binary"), [b'x', 0xff]).unwrap();
        for (name, why) in [
            ("missing", "cannot be read"),
            (".", "cannot be read"),
            ("empty", "is empty"),
            ("blank", "is empty"),
            ("large", "is larger than 16384 bytes"),
            ("binary", "is no UTF-8 text"),
        ] {
            let told = reading(&path(name)).unwrap_err();
            assert!(told.contains("HUB_API_KEY_FILE must be"), "{told}");
            assert!(told.contains(&path(name).display().to_string()), "{told}");
            assert!(told.contains(why), "{told}");
        }
    }

    #[test]
    fn a_secret_in_the_place_of_its_files_path_is_not_shown() {
        for secret in ["0123abcd", "postgres://u:s3cret@h/db"] {
            let told = reading(Path::new(secret)).unwrap_err();
            assert!(!told.contains(secret) && !told.contains("s3cret"), "{told}");
        }
    }

    #[test]
    fn a_secret_and_its_file_together_are_refused() {
        let secret = "x".into();
        let told = read("DATABASE_URL", Some(&secret), "/key", &mut Vec::new()).unwrap_err();
        assert_eq!(
            told.to_string(),
            "DATABASE_URL and DATABASE_URL_FILE are both set: set one of them."
        );
    }
}
