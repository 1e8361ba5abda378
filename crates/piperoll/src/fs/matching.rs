use super::failure;
use crate::error::{Error, Result};
use globset::GlobBuilder;
use std::path::{Component, Path, PathBuf};

/// Most files and folders that are looked at for one pattern.
const LOOKED_AT_MAX: usize = 100_000;

/// The files below `dir` whose paths match a pattern, sorted. `*` stays in one folder, `**` crosses folders; hidden folders are entered only where
/// the pattern names them.
///
/// # Errors
/// `InvalidInput` for a malformed pattern or too many files; `NotFound` for a link that leads to nothing; `Denied` and `Unavailable` for a folder that cannot be read.
pub fn matching(dir: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|source| {
            Error::invalid_input(format!("`{pattern}` is no pattern of files")).because(source)
        })?
        .compile_matcher();
    let fixed: PathBuf = Path::new(pattern)
        .components()
        .take_while(|part| match part {
            Component::Normal(name) => !name.to_string_lossy().contains(['*', '?', '[', '{', '\\']),
            _ => true,
        })
        .collect();
    if fixed == Path::new(pattern) {
        let file = below(dir, &fixed);
        return Ok(if is_file(&file)? {
            vec![fixed]
        } else {
            Vec::new()
        });
    }
    let mut found = Vec::new();
    let mut folders = vec![fixed];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        let there = below(dir, &folder);
        let entries = match std::fs::read_dir(&there) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failure(&there, "read", error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| failure(&there, "read", error))?;
            looked_at += 1;
            if looked_at > LOOKED_AT_MAX {
                let message = format!("`{pattern}` leads through more than {LOOKED_AT_MAX} files");
                return Err(Error::invalid_input(message));
            }
            let name = entry.file_name();
            let path = folder.join(&name);
            // A link to a folder may lead in a circle.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !name.to_string_lossy().starts_with('.') {
                folders.push(path);
            } else if glob.is_match(&path) && is_file(&below(dir, &path))? {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a path leads to a file. A link that leads nowhere is an error: what it should lead to is declared, and would be passed over.
fn is_file(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(found.is_file()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => match path.symlink_metadata()
        {
            Ok(_) => Err(Error::not_found(format!(
                "the link `{}` leads to nothing",
                path.display()
            ))),
            Err(_) => Ok(false),
        },
        Err(error) => Err(failure(path, "read", error)),
    }
}

fn below(dir: &Path, path: &Path) -> PathBuf {
    let joined = dir.join(path);
    if joined.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_in_its_folder_and_two_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        for file in ["a.yaml", "t/b.yaml", "t/c.yml", "t/u/d.yaml", "t/.h/e.yaml"] {
            let path = dir.join(file);
            super::super::create_folder(path.parent().unwrap()).unwrap();
            super::super::write(&path, b"").unwrap();
        }
        for (pattern, files) in [
            ("*.yaml", "a.yaml"),
            ("t/*.yaml", "t/b.yaml"),
            ("t/**/*.yaml", "t/b.yaml t/u/d.yaml"),
            ("**/*.yaml", "a.yaml t/b.yaml t/u/d.yaml"),
            ("t/*.{yaml,yml}", "t/b.yaml t/c.yml"),
            ("t/b.yaml", "t/b.yaml"),
            ("t/.h/*.yaml", "t/.h/e.yaml"),
            ("./t/c.yml", "./t/c.yml"),
            ("none/*.yaml", ""),
            ("t/x.yaml", ""),
        ] {
            let found = matching(dir, pattern).unwrap();
            let found: Vec<_> = found.iter().map(|path| path.to_str().unwrap()).collect();
            assert_eq!(found.join(" "), files, "{pattern}");
        }
        assert!(matching(dir, "t/[").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_one_that_leads_to_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        super::super::write(&dir.join("a.sql"), b"").unwrap();
        std::os::unix::fs::symlink("a.sql", dir.join("b.yaml")).unwrap();
        assert_eq!(matching(dir, "*.yaml").unwrap(), [PathBuf::from("b.yaml")]);
        std::os::unix::fs::symlink("gone", dir.join("c.yaml")).unwrap();
        for pattern in ["*.yaml", "c.yaml"] {
            let error = matching(dir, pattern).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::NotFound);
            let told = error.to_string();
            assert!(told.ends_with("c.yaml` leads to nothing"), "{told}");
        }
        assert_eq!(matching(dir, "*.sql").unwrap(), [PathBuf::from("a.sql")]);
    }
}
