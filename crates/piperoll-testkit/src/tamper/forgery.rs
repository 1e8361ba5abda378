use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::event::{Instant, Secret};
use piperoll::seal::{Checkpoint, Edge, Hash, Note, Origin, Signer, TreeSize, cosign, leaf_hash};
use piperoll::trail::meta_text;
use rusqlite::Connection;

/// What a forger signs with.
pub enum Key<'a> {
    /// A key: the right one, or one of his own.
    Held(&'a Signer),
    /// None: he leaves the old signatures under the new text.
    None,
}

/// Makes a changed trail consistent with itself: every tile, the head, every kept checkpoint and the meta, as its entries now are. `kept` are the sizes
/// of the kept checkpoints.
pub fn reseal(connection: &Connection, key: &Key<'_>, kept: &[u64]) {
    let mut statement = connection
        .prepare("SELECT header FROM entries ORDER BY seq")
        .unwrap();
    let leaves: Vec<Hash> = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(|header| leaf_hash(header.unwrap().as_bytes()))
        .collect();
    connection.execute("DELETE FROM tiles", []).unwrap();
    for tile in Edge::new().append(&leaves) {
        connection
            .execute(
                "INSERT INTO tiles VALUES (?1, ?2, ?3)",
                (tile.id.level, tile.id.number as i64, tile.hashes),
            )
            .unwrap();
    }
    let old: String = one(connection, "SELECT checkpoint FROM head");
    let head = note(key, &old, &leaves);
    connection
        .execute(
            "UPDATE head SET size = ?1, checkpoint = ?2, kept = ?3",
            (leaves.len() as i64, head, kept.len() as i64),
        )
        .unwrap();
    for (number, size) in (0i64..).zip(kept) {
        let old = format!("SELECT note FROM checkpoints WHERE number = {number}");
        let below = usize::try_from(*size).unwrap();
        let text = note(key, &one::<String>(connection, &old), &leaves[..below]);
        let text = match key {
            Key::None => text,
            Key::Held(signer) => {
                let mut note = Note::parse(text.as_bytes()).unwrap();
                cosign(&mut note, &signer.clock().unwrap(), 1_800_000_000).unwrap();
                note.to_string()
            }
        };
        connection
            .execute(
                "UPDATE checkpoints SET size = ?1, note = ?2 WHERE number = ?3",
                (*size as i64, text, number),
            )
            .unwrap();
    }
    connection
        .execute(
            "DELETE FROM checkpoints WHERE number >= ?1",
            [kept.len() as i64],
        )
        .unwrap();
    if let Key::Held(signer) = key {
        let value = |key: &str| -> String {
            one(
                connection,
                &format!("SELECT value FROM meta WHERE key = '{key}'"),
            )
        };
        let secret = STANDARD
            .decode(value("secret"))
            .unwrap()
            .try_into()
            .unwrap();
        let created = Instant::parse(&value("created")).unwrap();
        let text = meta_text(&value("origin"), created, &Secret::new(secret));
        let signature = STANDARD.encode(signer.sign(text.as_bytes()));
        connection
            .execute(
                "UPDATE meta SET value = ?1 WHERE key = 'signature'",
                [signature],
            )
            .unwrap();
    }
}

/// The checkpoint of these leaves.
fn note(key: &Key<'_>, old: &str, leaves: &[Hash]) -> String {
    let mut edge = Edge::new();
    edge.append(leaves);
    let (text, signatures) = old.split_once("\n\n").unwrap();
    let origin = Origin::parse(text.lines().next().unwrap()).unwrap();
    let checkpoint = Checkpoint::new(origin, TreeSize::new(leaves.len() as u64), edge.root());
    match key {
        Key::Held(signer) => checkpoint.sign(signer).unwrap().to_string(),
        Key::None => format!("{checkpoint}\n{signatures}"),
    }
}

fn one<T: rusqlite::types::FromSql>(connection: &Connection, sql: &str) -> T {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
