use super::*;

#[test]
fn releases_are_read_as_people_and_python_write_them() {
    for (text, shown, instant) in [
        (
            "2024-01-15T10:30:00",
            "2024-01-15T10:30:00",
            "2024-01-15T10:30:00Z",
        ),
        (
            "2024-01-15 10:30:00",
            "2024-01-15T10:30:00",
            "2024-01-15T10:30:00Z",
        ),
        (
            "2024-01-15T10:30",
            "2024-01-15T10:30:00",
            "2024-01-15T10:30:00Z",
        ),
        ("2024-01-15", "2024-01-15T00:00:00", "2024-01-15T00:00:00Z"),
        (
            "20240115103000",
            "2024-01-15T10:30:00",
            "2024-01-15T10:30:00Z",
        ),
        (
            "2024-01-15T10:30:00Z",
            "2024-01-15T10:30:00+00:00",
            "2024-01-15T10:30:00Z",
        ),
        (
            "2024-01-15 10:30:00.123456+07:00",
            "2024-01-15T10:30:00.123456+07:00",
            "2024-01-15T03:30:00.123456Z",
        ),
        (
            "2024-01-15T10:30:00.5+0530",
            "2024-01-15T10:30:00.500000+05:30",
            "2024-01-15T05:00:00.5Z",
        ),
        (
            "2024-01-15T10:30:00-03",
            "2024-01-15T10:30:00-03:00",
            "2024-01-15T13:30:00Z",
        ),
        (
            "1900-01-01T00:00:00+06:42:04",
            "1900-01-01T00:00:00+06:42:04",
            "1899-12-31T17:17:56Z",
        ),
    ] {
        let release = Release::parse(text).unwrap();
        assert_eq!(release.to_string(), shown, "{text}");
        assert_eq!(release.instant_text(), instant, "{text}");
        let offset = release.offset_text();
        let again = Release::from_texts(instant, offset.as_deref()).unwrap();
        assert_eq!(
            (again, again.offset()),
            (release, release.offset()),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_release_is_refused_with_its_reason() {
    for (text, error) in [
        ("", ReleaseError::Form),
        ("yesterday", ReleaseError::Form),
        ("2024-02-30", ReleaseError::Instant(InstantError::Range)),
        (
            "2024-01-15T25:00:00",
            ReleaseError::Instant(InstantError::Range),
        ),
        (
            "2016-12-31T23:59:60",
            ReleaseError::Instant(InstantError::Range),
        ),
        (
            "2024-01-15T10:30:00+24:00",
            ReleaseError::Instant(InstantError::Range),
        ),
        ("2024-01-15T10:30:00+7", ReleaseError::Form),
        ("2024-01-15T10:30:00+07:0\u{e4}", ReleaseError::Form),
        (
            "2024-01-15T10:30:00.1234567",
            ReleaseError::Instant(InstantError::Fraction),
        ),
        (
            "2024-01-15T10:30:00 x",
            ReleaseError::Instant(InstantError::Form),
        ),
        (
            "0000-01-01T00:00:00+01:00",
            ReleaseError::Instant(InstantError::Year),
        ),
        ("\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", ReleaseError::Form),
    ] {
        assert_eq!(Release::parse(text).unwrap_err(), error, "{text}");
    }
    for text in [
        "2024-01-15T10:30:00.000000Z",
        "2024-01-15T10:30:00+00:00",
        "2024-01-15T10:30:00.50Z",
        "2024-01-15T10:30:00.Z",
        "2024-01-15T10:30:00.1234567Z",
        "2024-01-15T10:30:00.x1Z",
        "2024-01-15t10:30:00Z",
        "2024-01-15T10:30:00z",
        "2024-01-15T10:30:00",
        "2024-02-30T10:30:00Z",
        "2016-12-31T23:59:60Z",
        "",
    ] {
        assert!(Release::from_texts(text, None).is_none(), "{text}");
    }
}

#[test]
fn the_text_of_an_instant_is_read_again() {
    let mut micros = -62_167_219_200_000_000i64;
    while let Some(at) = Instant::from_micros(micros) {
        let text = Release::utc(at).instant_text();
        let read = Release::from_texts(&text, None).map(|release| release.at());
        assert_eq!(read, Some(at), "{text}");
        // Steps of about four years, with as many fraction digits as there can be, and with fewer.
        let even = micros % 3 == 0;
        micros += if even {
            123_456_789_012_345
        } else {
            120_000_000_100_000
        };
    }
}

#[test]
fn d_f5_d_f13_equal_instants_are_equal_releases_and_others_are_not() {
    let release = |text| Release::parse(text).unwrap();
    assert_eq!(
        release("2024-01-15T10:30:00+07:00"),
        release("2024-01-15 03:30:00Z")
    );
    assert_eq!(
        release("2024-01-15T03:30:00"),
        release("2024-01-15 03:30:00Z")
    );
    assert_ne!(
        release("2024-01-15T10:30:00+07:00"),
        release("2024-01-15T10:30:00Z")
    );
    assert_ne!(
        release("2024-01-15T10:30:00.000001"),
        release("2024-01-15T10:30:00")
    );
    assert!(release("2024-01-15T10:30:00+07:00") < release("2024-01-15T10:30:00"));
}

#[test]
fn digits_are_those_of_its_own_offset() {
    let release = Release::parse("2024-01-15T01:30:00.9+07:00").unwrap();
    assert_eq!(release.digits(), "20240115013000");
}
