//! Lines to record, all of 2020, with ids of their own.

/// An id of test data.
pub(crate) fn id(number: usize) -> String {
    format!("00000000-0000-7000-8000-{number:012}")
}

/// A valid line.
pub(crate) fn line(number: usize) -> String {
    let second = number % 60;
    let minute = number / 60 % 60;
    format!(
        r#"{{"id":"{}","at":"2020-11-01T08:{minute:02}:{second:02}Z","kind":"access","action":"READ","actor":{{"name":"alice"}},"resource":{{"system":"shop","name":"shop.main.orders","kind":"table"}},"payload":{{"key":{number}}}}}"#,
        id(number)
    )
}

/// The lines of so many events.
pub(crate) fn lines(count: usize) -> Vec<String> {
    (0..count).map(line).collect()
}

/// The lines of so many events, as an input.
pub(crate) fn input(count: usize) -> String {
    lines(count).join("\n") + "\n"
}

/// Five events that differ in all that can be searched.
pub(crate) fn varied() -> Vec<String> {
    [
        r#"{"id":"00000000-0000-7000-8000-000000000000","at":"2020-11-01T08:00:00Z","kind":"schema","action":"CREATE","actor":{"name":"bob"},"resource":{"system":"shop","name":"shop.main.orders","kind":"table"},"reason":"first release"}"#,
        r#"{"id":"00000000-0000-7000-8000-000000000001","at":"2020-11-01T22:00:00.25Z","kind":"row","action":"INSERT","actor":{"name":"etl","kind":"service"},"resource":{"system":"shop","name":"shop.main.orders","kind":"table"},"payload":{"key":{"order_id":42},"after":{"amount":{"$dec":"12.50"},"note":"=1+1"}}}"#,
        r#"{"id":"00000000-0000-7000-8000-000000000002","at":"2020-11-02T07:32:00Z","kind":"access","action":"READ","actor":{"name":"alice","via":"dashboard","strength":"inferred"},"resource":{"system":"shop","name":"shop.main.customers","kind":"table"},"reason":"ticket 42"}"#,
        r#"{"id":"00000000-0000-7000-8000-000000000003","at":"2020-11-02T09:15:00Z","kind":"access","action":"EXPORT","actor":{"name":"alice"},"resource":{"system":"warehouse","name":"lake.raw.customers","kind":"table"},"outcome":"denied"}"#,
        r#"{"id":"00000000-0000-7000-8000-000000000004","at":"2020-11-03T10:00:00Z","kind":"business","action":"x.shop.refund","actor":{"name":"alice"},"resource":{"system":"shop","name":"shop.main.orders","kind":"table"},"outcome":"failure","payload":{"key":{"order_id":7,"line":1}}}"#,
    ]
    .map(str::to_owned)
    .to_vec()
}
