//! Which process this is, so that another one can tell whether it still lives.

use crate::store::hub_lock::{HolderRow, Instance};
use std::path::Path;

/// This process. The number of a process means something only on its machine, since its boot and
/// within its process-id namespace; all three name the host.
pub(super) fn own() -> Instance {
    let pid = std::process::id();
    let host = [
        read("/etc/machine-id"),
        read("/proc/sys/kernel/random/boot_id"),
        std::fs::read_link("/proc/self/ns/pid")
            .map(|link| link.display().to_string())
            .unwrap_or_default(),
    ];
    Instance {
        instance: uuid::Uuid::new_v4().to_string(),
        host_id: host.join("/"),
        pid: pid.into(),
        process_started: started(i64::from(pid)).unwrap_or_default(),
    }
}

/// Whether the process of a holder on this host still lives. One that was killed and not yet
/// reaped by its parent does not.
pub(super) fn is_alive(holder: &HolderRow) -> bool {
    started(holder.instance.pid).is_some_and(|started| started == holder.instance.process_started)
}

/// When a living process started, in clock ticks since the boot; field 22 of `proc(5)`'s `stat`.
fn started(pid: i64) -> Option<String> {
    let stat =
        std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The second field is the program's name and may hold anything, parentheses as well.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    (!matches!(state, "Z" | "X")).then_some(())?;
    fields.nth(18).map(str::to_owned)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UtcTime;

    #[test]
    fn this_process_lives_and_another_start_of_its_number_does_not() {
        let now = UtcTime::now();
        let mut holder = HolderRow {
            instance: own(),
            acquired_at: now,
            heartbeat_at: now,
            fence: 1,
        };
        assert!(is_alive(&holder));
        holder.instance.process_started = "1".to_owned();
        assert!(!is_alive(&holder));
    }
}
