//! The limit of open files, which bounds how many accounts a process can keep online.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises the soft limit to the hard one: every account holds a socket, and the usual soft limit
/// of 1,024 ends a fleet long before its machine does. A limit that cannot be raised is logged.
pub(super) fn raise_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        if soft < hard {
            setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        }
        Ok(hard)
    });
    match raised {
        Ok(limit) => log::debug!("up to {limit} files may be open"),
        Err(error) => log::warn!("the limit of open files cannot be raised: {error}"),
    }
}
