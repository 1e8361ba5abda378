use crate::text;
use piperoll::event::{Action, Header, Payload};
use piperoll::seal::Origin;
use piperoll::trail::{Endorsement, Turn};

/// The header of the turns of the corpus, which come from different trails of one name.
const HEADER: &[u8] = br#"{"action":"ADOPT","actor":{"kind":"user","name":"ana","strength":"asserted"},"at":"2026-11-01T08:00:00.000000Z","id":"019abcde-0000-7000-8000-000000000000","kind":"trail","outcome":"success","payload":"Lzsr9JynKk4FGf39myVCCeF7Ymuj1v6x17ySvYKGlGM=","recorded_at":"2026-11-01T08:00:00.000000Z","resource":{"kind":"trail","name":"shop.example/audit","system":"piperoll"},"v":1}"#;

/// Endorsements have one spelling. A turn is read or it is none, whatever its payload says; one that is to be believed says what its kind must say.
pub(crate) fn run(data: &[u8]) {
    if let Some(endorsement) = Endorsement::parse(text(data)) {
        assert_eq!(endorsement.to_string(), text(data));
    }
    let Ok(payload) = Payload::from_bytes(data) else {
        return;
    };
    let header = Header::decode(HEADER);
    let (Ok(mut header), Ok(base)) = (header, Origin::parse("shop.example/audit")) else {
        panic!("the header and the name are not as they must be");
    };
    for (action, adopts) in [(Action::KeyRotate, false), (Action::Adopt, true)] {
        header.action = action;
        // Where an adoption stands is where what is left ends.
        let said = |index| Turn::said(index, header.clone(), &payload);
        let Some(anywhere) = said(0) else { continue };
        assert_eq!(anywhere.adoption.is_some(), adopts);
        let index = anywhere.kept().map_or(0, |kept| kept.size().get());
        let Some(turn) = said(index) else {
            panic!("a turn at another index is none");
        };
        for endorsement in turn.adoption.iter().flat_map(|a| &a.endorsements) {
            let again = Endorsement::parse(&endorsement.to_string());
            assert_eq!(again.as_ref(), Some(endorsement));
        }
        if turn.fault(&base).is_some() {
            continue;
        }
        assert_eq!(turn.new.log.name() == turn.old.log.name(), !adopts);
        if let Some(adoption) = &turn.adoption {
            assert_eq!(adoption.kept.size().get(), turn.index);
            assert!(
                adoption
                    .lost
                    .iter()
                    .all(|lost| lost.size() > adoption.kept.size())
            );
            // At any other index it is forged.
            let elsewhere = said(index.wrapping_add(1));
            assert!(elsewhere.is_some_and(|turn| turn.fault(&base).is_some()));
        }
    }
}
