//! On which machine the figures were taken, and when.
//!
//! Owns the reading of `/proc` for that. Figures without these mean nothing.

use serde::Serialize;
use std::fs;
use telegram_hub::model::UtcTime;

/// A machine at a time.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Machine {
    /// When, in UTC.
    pub(super) date: String,
    /// The processor's name.
    pub(super) processor: String,
    /// How many cores this process may use.
    pub(super) cores: usize,
    /// Memory in MiB.
    pub(super) memory_mib: u64,
    /// The kernel's name and version.
    pub(super) kernel: String,
    /// The load of the last minute before the measurements, 1 for each busy core.
    pub(super) load: String,
}

impl Machine {
    /// This machine, now.
    pub(super) fn here() -> Self {
        let cores = std::thread::available_parallelism();
        let memory = field("/proc/meminfo", "MemTotal");
        let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
        Self {
            date: UtcTime::now().to_string(),
            processor: field("/proc/cpuinfo", "model name"),
            cores: cores.map_or(0, std::num::NonZeroUsize::get),
            memory_mib: kib / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg")
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

fn field(path: &str, name: &str) -> String {
    let text = read(path);
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    });
    value.unwrap_or_default()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
