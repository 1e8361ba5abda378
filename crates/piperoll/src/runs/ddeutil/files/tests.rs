use super::*;
use crate::runs::ddeutil::document;
use crate::runs::{Release, Status};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

fn run(name: &str, release: &str, run_id: &str) -> Run {
    Run::new(name, Release::parse(release).unwrap(), run_id)
}

/// The paths below a folder, files and folders.
fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for (name, node) in fs::list(&next).unwrap() {
            let path = next.join(name);
            match node {
                Node::Folder => folders.push(path),
                _ => found.push(path.strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

fn read_back(files: &Files) -> (Vec<Run>, Told) {
    let mut skipped = Told::default();
    let found = files.list(&mut skipped).unwrap();
    let runs = found.iter().map(|found| found.read().unwrap());
    (runs.collect(), skipped)
}

#[test]
fn a_run_lands_where_the_package_puts_it_and_never_on_another() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path().join("audits"));
    let first = run("data-pipeline", "2024-01-15T10:30:00", "workflow-123");
    assert!(!files.write(&first).unwrap().was_there);
    assert!(files.write(&first).unwrap().was_there);
    // In its own offset, to the second: another release of the same folder.
    let other = run(
        "data-pipeline",
        "2024-01-15T10:30:00.5+07:00",
        "workflow-123",
    );
    assert!(!files.write(&other).unwrap().was_there);
    // Two children of one parent, and one of them once more with another result.
    for (run_id, status) in [
        ("a", Status::Success),
        ("b", Status::Success),
        ("b", Status::Failed),
    ] {
        let mut child = run("data-pipeline", "2024-01-16T08:00:00Z", run_id);
        (child.parent_run_id, child.status) = (Some("p".into()), status);
        assert!(!files.write(&child).unwrap().was_there);
        assert!(files.write(&child).unwrap().was_there);
    }
    let all = [
        "audits/workflow=data-pipeline/release=20240115103000/workflow-123.log",
        "audits/workflow=data-pipeline/release=20240115103000/workflow-123~2.log",
        "audits/workflow=data-pipeline/release=20240116080000/p.log",
        "audits/workflow=data-pipeline/release=20240116080000/p~2.log",
        "audits/workflow=data-pipeline/release=20240116080000/p~3.log",
    ];
    assert_eq!(below(folder.path()), all);
    let text = fs::read(&folder.path().join(all[0]), 1_000)
        .unwrap()
        .unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), document(&first));
    assert_eq!(read_back(&files).0.len(), 5);
}

#[test]
fn of_many_children_each_has_its_file_and_is_found_again() {
    const CHILDREN: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path().join("audits"));
    let child = |number: usize| {
        let mut child = run("w", "2024-01-16T08:00:00Z", &format!("c-{number}"));
        child.parent_run_id = Some("p".into());
        child
    };
    for number in 0..CHILDREN {
        assert!(!files.write(&child(number)).unwrap().was_there);
    }
    // Whoever comes later reads what stands there; who was there remembers.
    for files in [Files::new(files.folder()), files.clone()] {
        for number in [7, 0, CHILDREN - 1] {
            let placed = files.write(&child(number)).unwrap();
            let name = match number {
                0 => "p.log".to_owned(),
                _ => format!("p~{}.log", number + 1),
            };
            assert_eq!(placed.path.file_name().unwrap(), name.as_str());
            assert!(placed.was_there);
        }
    }
    // One that is taken away is written again, in its place.
    let placed = files.write(&child(7)).unwrap();
    fs::LockedFile::open(&placed.path)
        .unwrap()
        .remove()
        .unwrap();
    let again = files.write(&child(7)).unwrap();
    assert_eq!((again.path, again.was_there), (placed.path, false));
    let (runs, skipped) = read_back(&files);
    assert_eq!((runs.len(), skipped.count), (CHILDREN, 0));
    let other = Files::new(files.folder());
    assert!(!other.write(&child(CHILDREN)).unwrap().was_there);
    // What somebody else has put there meanwhile keeps its name.
    assert!(!files.write(&child(CHILDREN + 1)).unwrap().was_there);
    assert_eq!(read_back(&files).0.len(), CHILDREN + 2);
}

#[test]
fn d_f16_hostile_names_come_back_and_stay_inside() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path().join("audits"));
    let long = "x".repeat(1_000);
    let names = [
        "..",
        ".",
        "../../out",
        "/etc/passwd",
        "workflow=x/release=y",
        "a\\b",
        "%2F",
        "a\nb",
        "*[?]",
        "~",
        "n\u{e4}me \u{1f600}",
        "{0.__class__}",
        "$(id)",
        "a~2",
        &long,
    ];
    let mut all = Vec::new();
    for name in names {
        for run_id in names {
            let run = run(name, "2024-01-15T10:30:00", run_id);
            files.write(&run).unwrap();
            all.push((name.to_owned(), run_id.to_owned()));
        }
    }
    let below = below(folder.path());
    assert_eq!(below.len(), all.len());
    for path in below {
        let parts: Vec<&str> = path.split('/').collect();
        let [audits, workflow, release, file] = parts[..] else {
            panic!("{path}");
        };
        assert_eq!((audits, release), ("audits", "release=20240115103000"));
        assert!(
            workflow.starts_with("workflow=") && file.ends_with(".log"),
            "{path}"
        );
    }
    let (runs, skipped) = read_back(&files);
    let mut found: Vec<_> = runs.into_iter().map(|run| (run.name, run.run_id)).collect();
    found.sort();
    all.sort();
    assert_eq!(found, all);
    assert_eq!(skipped, Told::default());
}

#[cfg(unix)]
#[test]
fn d_f16_symbolic_links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (audits, outside) = (folder.path().join("audits"), folder.path().join("outside"));
    let files = Files::new(&audits);
    let there = files.write(&run("w", "2024-01-15", "r")).unwrap().path;
    fs::create_folder(&outside).unwrap();
    symlink(&outside, audits.join("workflow=linked")).unwrap();
    symlink(&outside, audits.join("workflow=w/release=20240116000000")).unwrap();
    symlink(outside.join("x.log"), there.parent().unwrap().join("s.log")).unwrap();
    for refused in [
        run("linked", "2024-01-15", "r"),
        run("w", "2024-01-16", "r"),
    ] {
        let error = files.write(&refused).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Denied);
        assert!(error.to_string().ends_with("is a symbolic link"), "{error}");
    }
    let beside = files.write(&run("w", "2024-01-15", "s")).unwrap().path;
    assert_eq!(beside.file_name().unwrap(), "s~2.log");
    assert_eq!(below(&outside), Vec::<String>::new());
    let (runs, skipped) = read_back(&files);
    assert_eq!(runs.len(), 2);
    let told: Vec<&str> = skipped.listed.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(told, [LINK; 3]);
}

/// A reader who looks all the time never sees a part of a file, and never an empty one.
#[test]
fn d_f10_a_reader_never_sees_a_torn_file() {
    const FILES: i64 = 20;
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path());
    let release = folder.path().join("workflow=w/release=20240115000000");
    let path = |number: i64| match number {
        1 => release.join("r.log"),
        _ => release.join(format!("r~{number}.log")),
    };
    let until = Instant::now() + Duration::from_secs(60);
    let awaited = AtomicI64::new(0);
    std::thread::scope(|scope| {
        // It waits for each name, so that it reads what stands there at the first moment.
        scope.spawn(|| {
            for number in 1..=FILES {
                awaited.store(number, Ordering::Release);
                let bytes = loop {
                    match fs::read(&path(number), LINE_BYTES_MAX).unwrap() {
                        Some(bytes) => break bytes,
                        None => assert!(Instant::now() < until, "no file {number}"),
                    }
                };
                let run = read(&bytes).unwrap_or_else(|problems| panic!("{problems:?}"));
                assert_eq!(run.context.get("big").as_deref(), Some(&big()));
            }
        });
        for number in 1..=FILES {
            let mut run = run("w", "2024-01-15", "r");
            run.context.insert("big", big());
            run.context
                .insert("number", crate::event::Value::Int(number));
            while awaited.load(Ordering::Acquire) < number {
                assert!(Instant::now() < until, "nobody waits for {number}");
                std::thread::yield_now();
            }
            assert_eq!(files.write(&run).unwrap().path, path(number));
        }
    });
    assert_eq!(read_back(&files).0.len(), 20);
}

fn big() -> crate::event::Value {
    crate::event::Value::Text("0123456789".repeat(5_000))
}

/// Of several that write at once, none is lost and none is in the place of another.
#[test]
fn d_f12_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path());
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let files = &files;
            scope.spawn(move || {
                for number in 0..10 {
                    let mut run = run("w", "2024-01-15", &format!("{writer}-{number}"));
                    run.parent_run_id = Some("p".into());
                    files.write(&run).unwrap();
                }
            });
        }
    });
    let (runs, _) = read_back(&files);
    let ids: std::collections::BTreeSet<_> = runs.into_iter().map(|run| run.run_id).collect();
    assert_eq!(ids.len(), 40);
}
