//! Which process this is, so that another one can tell whether it still lives.

use crate::store::hub_lock::{Instance, LockHolder, Sighting};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::path::Path;

/// This process. The number of a process means something only on its machine, since its boot and
/// within its process-id namespace; all three name the host.
pub(super) fn own() -> Instance {
    let pid = std::process::id();
    let boot = read("/proc/sys/kernel/random/boot_id");
    let namespace = std::fs::read_link("/proc/self/ns/pid")
        .map(|link| link.display().to_string())
        .unwrap_or_default();
    let instance = uuid::Uuid::new_v4().to_string();
    let mut host = vec![read("/etc/machine-id"), boot, namespace];
    if host.iter().skip(1).any(String::is_empty) {
        // Where this is cannot be told, so that it must not be taken for the same place as another.
        host.push(instance.clone());
    }
    Instance {
        instance,
        host_id: host.join("/"),
        pid: pid.into(),
        process_started: match stat(i64::from(pid)) {
            Some(Process::Started(at)) => at,
            _ => String::new(),
        },
    }
}

/// What this process sees of a holder. One that was killed and not yet reaped by its parent is
/// gone. One of another host, or that is hidden from us (`hidepid` of `proc(5)`), is not seen.
pub(super) fn look(holder: &LockHolder, own: &Instance) -> Sighting {
    let holder = &holder.instance;
    let number = i32::try_from(holder.pid).ok().filter(|pid| *pid > 0);
    let Some(pid) = number.filter(|_| holder.host_id == own.host_id) else {
        return Sighting::Unseen;
    };
    match kill(Pid::from_raw(pid), None) {
        Err(Errno::ESRCH) => return Sighting::Gone,
        // It is another user's, or ours.
        Ok(()) | Err(Errno::EPERM) => {}
        Err(_) => return Sighting::Unseen,
    }
    match stat(holder.pid) {
        Some(Process::Started(_)) if holder.process_started.is_empty() => Sighting::Unseen,
        Some(Process::Started(at)) if at == holder.process_started => Sighting::Lives,
        // Or another process has got the number.
        Some(Process::Ended | Process::Started(_)) => Sighting::Gone,
        None => Sighting::Unseen,
    }
}

enum Process {
    Ended,
    /// In clock ticks since the boot.
    Started(String),
}

/// What fields 3 and 22 of `proc(5)`'s `stat` say; `None` when they cannot be read.
fn stat(pid: i64) -> Option<Process> {
    let stat =
        std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The second field is the program's name and may hold anything, parentheses as well.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    if matches!(fields.next()?, "Z" | "X") {
        return Some(Process::Ended);
    }
    fields.nth(18).map(|at| Process::Started(at.to_owned()))
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
    fn this_process_lives_and_what_cannot_be_seen_is_not_gone() {
        let (own, now) = (own(), UtcTime::now());
        let seen = |change: fn(&mut Instance)| {
            let mut holder = LockHolder {
                instance: own.clone(),
                acquired_at: now,
                heartbeat_at: now,
                fence: 1,
            };
            change(&mut holder.instance);
            look(&holder, &own)
        };
        assert_eq!(seen(|_| {}), Sighting::Lives);
        assert_eq!(
            seen(|other| other.process_started = "1".to_owned()),
            Sighting::Gone
        );
        // No process has a number beyond the kernel's limit.
        assert_eq!(seen(|other| other.pid = 1 << 30), Sighting::Gone);
        // The holder could not read when it started itself.
        assert_eq!(
            seen(|other| other.process_started.clear()),
            Sighting::Unseen
        );
        assert_eq!(
            seen(|other| other.host_id = "elsewhere".to_owned()),
            Sighting::Unseen
        );
        for no_process in [0, -1, 1 << 40] {
            let mut holder = own.clone();
            holder.pid = no_process;
            let holder = LockHolder {
                instance: holder,
                acquired_at: now,
                heartbeat_at: now,
                fence: 1,
            };
            assert_eq!(look(&holder, &own), Sighting::Unseen);
        }
    }
}
