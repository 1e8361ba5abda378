//! A command that runs: its output passes through, signals are passed on to it, and what it used is measured.

use super::tail::Tail;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::time::TimeValLike as _;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::{Pid, getpgrp, tcgetpgrp};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Signals that ask a command to end.
const PASSED_ON: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
];
/// How long is waited, after the command has ended, for output of what it has left running.
const LEFT_OUTPUT: Duration = Duration::from_secs(2);

/// How a command ended.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The signal that it was asked to end by.
    pub(super) asked: Option<Signal>,
    pub(super) duration: Duration,
    pub(super) user: Duration,
    pub(super) system: Duration,
    /// The most memory that one of its processes had.
    pub(super) memory_kib: i64,
}

impl Ended {
    /// What a shell says of it: the exit code, or 128 and the signal.
    pub(super) fn code(&self) -> u8 {
        let code = match (self.status.code(), self.status.signal()) {
            (Some(code), _) => code,
            (None, Some(signal)) => 128 + signal,
            (None, None) => 1,
        };
        u8::try_from(code).unwrap_or(u8::MAX)
    }
}

/// Takes the signals that are to be passed on, but those that whoever started this wants ignored (`nohup` does); the command ignores them, too.
pub(super) fn take_signals() -> io::Result<Signals> {
    let ignored = ignored();
    let taken = PASSED_ON.into_iter().map(|signal| signal as i32);
    Signals::new(taken.filter(|signal| ignored >> (signal - 1) & 1 == 0))
}

/// The signals that are ignored, as bits from that of signal 1 on; none where the system does not tell.
fn ignored() -> u64 {
    const STATUS_BYTES_MAX: usize = 64 * 1024;
    let status = piperoll::fs::read(Path::new("/proc/self/status"), STATUS_BYTES_MAX);
    let status = status.ok().flatten().unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let mut lines = status.lines();
    let bits = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
        .unwrap_or(0)
}

/// Who is to be told of a signal, and which came.
#[derive(Default)]
struct Told {
    child: Option<Pid>,
    asked: Option<Signal>,
}

/// Runs a command to its end. What it prints passes through as it comes, and its end is kept in `tail`.
pub(super) fn run(
    command: &[OsString],
    environment: &[(&str, String)],
    signals: Signals,
    tail: &Arc<Mutex<Tail>>,
) -> io::Result<Ended> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pid = Pid::from_raw(child.id().try_into().map_err(io::Error::other)?);
    let told = Arc::new(Mutex::new(Told {
        child: Some(pid),
        asked: None,
    }));
    pass_on(signals, Arc::clone(&told));
    let (sender, ended) = channel();
    let mut streams = 0;
    if let Some(stdout) = child.stdout.take() {
        pump(stdout, io::stdout(), Arc::clone(tail), sender.clone());
        streams += 1;
    }
    if let Some(stderr) = child.stderr.take() {
        pump(stderr, io::stderr(), Arc::clone(tail), sender.clone());
        streams += 1;
    }
    drop(sender);
    // It is left uncollected until nobody signals it any more: its number may then be another's.
    waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)?;
    let asked = {
        let mut told = lock(&told);
        told.child = None;
        told.asked
    };
    let status = child.wait()?;
    let duration = began.elapsed();
    wait_for(streams, &ended);
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = |time: nix::sys::time::TimeVal| {
        Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0))
    };
    Ok(Ended {
        status,
        asked,
        duration,
        user: micros(used.user_time()),
        system: micros(used.system_time()),
        memory_kib: used.max_rss(),
    })
}

/// Waits for signals in a thread of its own, which ends with the process.
fn pass_on(mut signals: Signals, told: Arc<Mutex<Told>>) {
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let Ok(signal) = Signal::try_from(signal) else {
                continue;
            };
            let mut told = lock(&told);
            told.asked.get_or_insert(signal);
            if let Some(child) = told.child.filter(|_| !is_told_already(signal)) {
                // One that has just ended needs none, and another can not be told.
                kill(child, signal).unwrap_or_default();
            }
        }
    });
}

/// Whether the terminal has sent the signal to all that run in its foreground, the command among them: a second one makes many programs end without cleaning up.
fn is_told_already(signal: Signal) -> bool {
    let by_keys = matches!(signal, Signal::SIGINT | Signal::SIGQUIT);
    by_keys && [0, 1, 2].into_iter().any(is_foreground)
}

fn is_foreground(stream: u8) -> bool {
    let group = match stream {
        0 => tcgetpgrp(io::stdin()),
        1 => tcgetpgrp(io::stdout()),
        _ => tcgetpgrp(io::stderr()),
    };
    group.is_ok_and(|group| group == getpgrp())
}

/// Passes a stream through, in a thread of its own.
fn pump(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    tail: Arc<Mutex<Tail>>,
    ended: Sender<()>,
) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        let mut is_open = true;
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            lock(&tail).push(bytes);
            // Where nobody reads any more the command goes on, and its end is recorded.
            is_open = is_open && to.write_all(bytes).and_then(|()| to.flush()).is_ok();
        }
        // Whoever waits may have waited long enough.
        ended.send(()).unwrap_or_default();
    });
}

fn wait_for(streams: usize, ended: &Receiver<()>) {
    let until = Instant::now() + LEFT_OUTPUT;
    for _ in 0..streams {
        if ended
            .recv_timeout(until.saturating_duration_since(Instant::now()))
            .is_err()
        {
            break;
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What they guard is whole at each step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
