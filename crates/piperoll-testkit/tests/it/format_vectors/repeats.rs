//! Section `repeats`: lines whose id is in the trail.

use super::{FILE, bytes_32, text};
use piperoll::event::{Draft, EventId, Header, LineDefaults, Salt, SamePayload};

fn stored(vector: &serde_json::Value) -> Header {
    Header::decode(text(vector, "stored_header").as_bytes()).unwrap()
}

#[test]
fn a_repeated_line_is_the_same_content_where_the_vectors_say_so() {
    let repeats = &FILE["repeats"];
    let header = stored(repeats);
    let salt = Salt::new(bytes_32(repeats, "salt"));
    let mut same = 0;
    for case in repeats["cases"].as_array().unwrap() {
        let line = text(case, "line").as_bytes();
        let draft = Draft::from_line(line, &LineDefaults::default()).unwrap();
        let kept = draft.is_content_of(&header, SamePayload::Kept(salt));
        assert_eq!(Some(kept), case["same"].as_bool(), "{case}");
        let erased = draft.is_content_of(&header, SamePayload::Erased);
        assert_eq!(Some(erased), case["same_once_erased"].as_bool(), "{case}");
        same += usize::from(kept);
        assert_eq!(
            draft.id,
            EventId::parse(text(case, "line").get(7..43).unwrap())
        );
    }
    assert!(same >= 10);
}

#[test]
fn what_the_command_gives_is_compared_as_in_the_vectors() {
    let by_command = &FILE["repeats"]["by_command"];
    let header = stored(by_command);
    for case in by_command["cases"].as_array().unwrap() {
        let defaults = LineDefaults {
            actor: case["actor"].as_str().map(str::to_owned),
            reason: case["reason"].as_str().map(str::to_owned),
        };
        let draft = Draft::from_line(text(by_command, "line").as_bytes(), &defaults).unwrap();
        let same = draft.is_content_of(&header, SamePayload::Erased);
        assert_eq!(Some(same), case["same"].as_bool(), "{case}");
    }
}
