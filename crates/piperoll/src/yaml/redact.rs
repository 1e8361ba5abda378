//! What hides secrets in a value of a project file before it is shown.

use std::borrow::Cow;

/// How a signing key's file starts, and so the key itself where it is given in place of a path.
pub(crate) const PRIVATE_KEY: &str = "PRIVATE+KEY+";

/// `value` with a private key and the `user:password@` of an address taken out. In doubt it takes out
/// more: all between the first colon (but that of `://`) and the last `@`.
pub(crate) fn redact(value: &str) -> Cow<'_, str> {
    let Some((before, _)) = value.split_once(PRIVATE_KEY) else {
        return redact_password(value);
    };
    Cow::Owned(format!("{}{PRIVATE_KEY}...", redact_password(before)))
}

fn redact_password(value: &str) -> Cow<'_, str> {
    let Some((head, host)) = value.rsplit_once('@') else {
        return Cow::Borrowed(value);
    };
    let colon = head.match_indices(':').map(|(at, _)| at).find(|at| {
        let after = head.get(at + 1..).unwrap_or_default();
        !after.starts_with("//")
    });
    match colon.and_then(|at| head.get(..=at)) {
        Some(user) => Cow::Owned(format!("{user}...@{host}")),
        None => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn secrets_are_taken_out_and_nothing_else() {
        for (value, shown) in [
            ("sqlite:.piperoll/trail.db", "sqlite:.piperoll/trail.db"),
            ("someone@example.org", "someone@example.org"),
            ("postgres://etl@db/audit", "postgres://etl@db/audit"),
            (
                "postgres://etl:s3cret@db:5432/audit",
                "postgres://etl:...@db:5432/audit",
            ),
            (
                "postgres://etl:p@ss:w/rd @db/audit",
                "postgres://etl:...@db/audit",
            ),
            ("etl:s3cret@db", "etl:...@db"),
            (
                "PRIVATE+KEY+shop.example/audit+0a0b0c0d+AbCd=",
                "PRIVATE+KEY+...",
            ),
            ("x PRIVATE+KEY+a PRIVATE+KEY+b", "x PRIVATE+KEY+..."),
            ("u:pw@h PRIVATE+KEY+a", "u:...@h PRIVATE+KEY+..."),
        ] {
            assert_eq!(redact(value), shown);
        }
    }
}
