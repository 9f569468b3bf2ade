//! Files and folders that other users of the machine can get at.

use crate::model::Excerpt;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A file or folder that its owner does not have alone. `Display` says so and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    path: PathBuf,
    mode: u32,
    is_folder: bool,
}

impl Exposure {
    /// What is wrong with a path; nothing when it belongs to its owner alone or is not there.
    pub fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        let mode = found.permissions().mode() & 0o777;
        let kept = found.is_dir() || found.is_file();
        (kept && mode & 0o077 != 0).then(|| Self {
            path: path.to_owned(),
            mode,
            is_folder: found.is_dir(),
        })
    }
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_folder { "folder" } else { "file" };
        let may = match (self.mode & 0o055 != 0, self.mode & 0o022 != 0) {
            (true, true) => "read and written",
            (false, true) => "written",
            _ => "read",
        };
        let path = self.path.display().to_string();
        let (path, mode) = (Excerpt::new(&path, 512), self.mode);
        // What the owner may do stays as it is.
        let right = self.mode & 0o700;
        write!(
            f,
            "the {what} {path} can be {may} by other users of the machine (mode {mode:o}); run: \
             chmod {right:o} {path}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_reach_is_said_with_the_command_that_closes_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hub.db");
        std::fs::write(&file, "").unwrap();
        for (mode, may) in [
            (0o600, None),
            (0o400, None),
            (0o644, Some("read")),
            (0o666, Some("read and written")),
            (0o620, Some("written")),
        ] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let told = Exposure::of(&file).map(|exposure| exposure.to_string());
            let path = file.display();
            let expected = may.map(|may| {
                format!(
                    "the file {path} can be {may} by other users of the machine (mode {mode:o}); \
                     run: chmod 600 {path}"
                )
            });
            assert_eq!(told, expected);
        }
        assert_eq!(Exposure::of(&folder.path().join("missing")), None);
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let told = Exposure::of(folder.path()).unwrap().to_string();
        assert!(
            told.starts_with("the folder") && told.contains("chmod 700"),
            "{told}"
        );
    }
}
