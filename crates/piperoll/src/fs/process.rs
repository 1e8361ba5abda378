//! Which process this is, and whether another one still runs.

use std::path::Path;

/// A process as another one on the same machine can find it again. What the system does not tell is empty or 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// The name of the machine.
    pub host: String,
    /// The boot of the machine.
    pub boot: String,
    /// The space in which its number counts: containers have their own.
    pub space: String,
    /// Its number.
    pub pid: u32,
    /// When it started, in the system's ticks since the boot: numbers are used again.
    pub started: u64,
}

impl Process {
    /// This one.
    pub fn current() -> Self {
        let pid = std::process::id();
        let line = |path: &str| {
            let bytes = super::read(Path::new(path), LINE_BYTES_MAX).ok().flatten();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(|text| text.trim().to_owned()).unwrap_or_default()
        };
        Self {
            host: line("/proc/sys/kernel/hostname"),
            boot: line("/proc/sys/kernel/random/boot_id"),
            space: space(),
            pid,
            started: started(pid).unwrap_or(0),
        }
    }

    /// Whether `other` ran where this one runs, and does not run any more. `false` where that cannot be told.
    pub fn sees_dead(&self, other: &Self) -> bool {
        let told = !self.host.is_empty() && !self.boot.is_empty() && self.started != 0;
        let here = self.host == other.host && self.boot == other.boot && self.space == other.space;
        told && here && other.started != 0 && started(other.pid) != Some(other.started)
    }
}

const LINE_BYTES_MAX: usize = 4_096;

fn space() -> String {
    let link = std::fs::read_link("/proc/self/ns/pid").ok();
    link.map(|link| link.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The 22nd field of `/proc/PID/stat`; a process that has ended and was not yet collected by its parent counts as none.
fn started(pid: u32) -> Option<u64> {
    let path = format!("/proc/{pid}/stat");
    let stat = super::read(Path::new(&path), LINE_BYTES_MAX)
        .ok()
        .flatten()?;
    let stat = String::from_utf8_lossy(&stat).into_owned();
    // The second field is the program's name in parentheses, and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_is_seen_alive_and_then_dead() {
        let here = Process::current();
        assert!(!here.sees_dead(&here));
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id();
        let other = Process {
            pid,
            started: started(pid).unwrap(),
            ..here.clone()
        };
        assert!(!here.sees_dead(&other));
        let reused = Process {
            started: other.started - 1,
            ..other.clone()
        };
        assert!(here.sees_dead(&reused));
        child.kill().unwrap();
        while started(pid).is_some() {
            std::thread::yield_now();
        }
        // It is a zombie now: dead all the same.
        assert!(here.sees_dead(&other));
        child.wait().unwrap();
        assert!(here.sees_dead(&other));
        let elsewhere = Process {
            boot: "another".into(),
            ..other.clone()
        };
        assert!(!here.sees_dead(&elsewhere));
        assert!(!Process::default().sees_dead(&other));
    }
}
