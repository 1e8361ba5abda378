use super::*;

/// 256 codes of which there are so many different ones.
fn codes(different: i64) -> Vec<i64> {
    (0..BLOCK as i64)
        .map(|n| n * 7 % different * 100 + 1)
        .collect()
}

#[test]
fn codes_are_read_as_they_were_packed() {
    for different in [1, 2, 5, 100, 255, 256] {
        let codes = codes(different);
        let bytes = pack_codes(&codes);
        let field = Field::read(&bytes).unwrap();
        assert!(field.is_tight());
        assert_eq!(field.codes().len() as i64, different);
        let read: Vec<i64> = (0..BLOCK)
            .map(|place| field.codes()[field.pick(place)])
            .collect();
        assert_eq!(read, codes);
        let wanted = codes[3];
        let chosen = mask(&bytes, &[wanted]).unwrap();
        let places: Vec<usize> = (0..BLOCK).filter(|place| codes[*place] == wanted).collect();
        assert_eq!(chosen.places().collect::<Vec<_>>(), places);
        assert!(mask(&bytes, &[0, i64::MAX]).unwrap().is_empty());
        // Several, beside some that lie between those of the block.
        let some: Vec<i64> = (0..different).step_by(3).map(|n| n * 100 + 1).collect();
        let beside: Vec<i64> = some.iter().flat_map(|code| [code - 1, *code]).collect();
        let places: Vec<usize> = (0..BLOCK)
            .filter(|place| some.contains(&codes[*place]))
            .collect();
        let chosen = mask(&bytes, &beside).unwrap();
        assert_eq!(chosen.places().collect::<Vec<_>>(), places);
        let from_the_end: Vec<usize> = chosen.places().rev().collect();
        assert!(from_the_end.iter().rev().eq(&places));
    }
    assert_eq!(pack_codes(&[300; BLOCK]), [0, 0xac, 0x02]);
    let mut largest = vec![1; BLOCK];
    largest[255] = i64::MAX;
    let bytes = pack_codes(&largest);
    assert_eq!(Field::read(&bytes).unwrap().codes(), [1, i64::MAX]);
}

/// Whatever byte is changed, added or taken: it is other codes then, or none of the form.
#[test]
fn no_two_forms_are_the_same_codes() {
    let codes = codes(5);
    let bytes = pack_codes(&codes);
    let read = |bytes: &[u8]| -> Option<Vec<i64>> {
        let field = Field::read(bytes).filter(Field::is_tight)?;
        Some(
            (0..BLOCK)
                .map(|place| field.codes()[field.pick(place)])
                .collect(),
        )
    };
    assert_eq!(read(&bytes), Some(codes.clone()));
    for at in 0..bytes.len() {
        for mask in 1..=255 {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            assert_ne!(read(&changed), Some(codes.clone()), "byte {at} xor {mask}");
        }
        assert_ne!(read(&bytes[..at]), Some(codes.clone()));
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    for malformed in [
        longer.as_slice(),
        &[],
        &[0],
        &[0, 0],
        // 1 in two bytes.
        &[0, 0x81, 0],
        &[
            0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
        ],
        &[0, 0x80],
    ] {
        assert_eq!(read(malformed), None, "{malformed:?}");
    }
    // A code that no entry has.
    let mut untight = bytes.clone();
    let picks = untight.len() - BLOCK;
    untight[picks..].fill(0);
    assert_eq!(read(&untight), None);
}

#[test]
fn times_take_as_many_bytes_as_they_need() {
    for (step, width) in [(0, 0), (1, 1), (2, 2), (257, 2), (258, 3), (1 << 50, 8)] {
        let first = -5;
        let times: Vec<i64> = (0..BLOCK as i64).map(|n| first + n * step).collect();
        let bytes = pack_times(&times, first);
        assert_eq!(bytes.len(), width * BLOCK, "{step}");
        assert_eq!(read_times(&bytes, first), Some(times));
    }
    let mut ends = vec![i64::MIN; BLOCK];
    ends[1] = i64::MAX;
    assert_eq!(
        read_times(&pack_times(&ends, i64::MIN), i64::MIN),
        Some(ends)
    );
    for length in [1, 255, 257, 9 * BLOCK] {
        assert_eq!(read_times(&vec![0; length], 0), None, "{length}");
    }
}

#[test]
fn marks_lead_to_the_entries_that_have_them() {
    let mark = mark_of("key", "42");
    assert_ne!(mark, mark_of("key4", "2"));
    let other = mark_of("status", "42");
    let mut marks = vec![(mark, 200), (other, 7), (mark, 3), (mark, 64)];
    let bytes = pack_marks(&mut marks);
    assert_eq!(read_marks(&bytes), Some(marks));
    assert_eq!(
        marked(&bytes, mark).places().collect::<Vec<_>>(),
        [3, 64, 200]
    );
    assert_eq!(
        marked(&bytes, other).places().rev().collect::<Vec<_>>(),
        [7]
    );
    assert!(marked(&bytes, [0; 4]).is_empty());
    assert!(marked(&[], mark).is_empty());
    assert_eq!(read_marks(&bytes[1..]), None);
    let (one, rest) = bytes.split_at(5);
    assert_eq!(read_marks(&[rest, one].concat()).is_some(), rest < one);
}
