use super::*;
use proptest::prelude::*;

#[test]
fn aliases_are_folded_and_case_does_not_count() {
    for (text, shown) in [
        ("STRING", "string"),
        ("text", "string"),
        ("integer", "int"),
        ("int4", "int"),
        ("LONG", "bigint"),
        ("Double Precision", "double"),
        ("numeric(10, 2)", "decimal(10,2)"),
        ("DECIMAL", "decimal(10,0)"),
        ("decimal(5)", "decimal(5,0)"),
        ("character varying ( 20 )", "varchar(20)"),
        ("timestamp with time zone", "timestamp"),
        ("timestamp without time zone", "timestamp_ntz"),
        ("timestamp_ntz", "timestamp_ntz"),
        ("jsonb", "variant"),
        ("array<array<INT>>", "array<array<int>>"),
        ("map<string, array<bigint>>", "map<string,array<bigint>>"),
        (
            "STRUCT<a:int, `b c`: map<string,int>, `d``e`:date>",
            "struct<a:int,`b c`:map<string,int>,`d``e`:date>",
        ),
    ] {
        let datatype = DataType::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(datatype.to_string(), shown, "of {text}");
    }
    assert_ne!(DataType::parse("int"), DataType::parse("bigint"));
    assert_ne!(
        DataType::parse("varchar(10)"),
        DataType::parse("varchar(20)")
    );
    assert_ne!(
        DataType::parse("struct<a:int>"),
        DataType::parse("struct<A:int>")
    );
}

#[test]
fn what_is_no_type_says_why() {
    for (text, message) in [
        ("", "a type is missing at character 1 of ``"),
        ("strin", "`strin` is no type; known are string, varchar(n)"),
        (
            "varchar",
            "`varchar` must be written `varchar(n)` with n from 1",
        ),
        (
            "varchar(0)",
            "`varchar` must be written `varchar(n)` with n from 1",
        ),
        ("decimal(39,2)", "`decimal` must be written `decimal(p,s)`"),
        ("decimal(2,3)", "`decimal` must be written `decimal(p,s)`"),
        (
            "decimal(4294967297,2)",
            "a number is missing at character 19",
        ),
        ("int(11)", "`int` takes no numbers in parentheses"),
        ("array<int", "`>` is missing at character 10 of `array<int`"),
        ("int; DROP TABLE x", "the end is missing at character 4"),
        (
            "struct<a:int,a:int>",
            "the field `a` stands twice in a struct",
        ),
        (
            "struct<``:int>",
            "the name of a field in backticks is missing",
        ),
        ("struct<>", "the name of a field is missing"),
        ("map<int>", "`,` is missing at character 8 of `map<int>`"),
        ("\u{e4}", "a type is missing at character 1"),
    ] {
        let error = DataType::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}: {error}");
    }
    let deep = format!("{}int{}", "array<".repeat(200), ">".repeat(200));
    assert_eq!(DataType::parse(&deep), Err(DataTypeError::TooLarge));
    assert_eq!(
        DataType::parse(&"x".repeat(100_000)),
        Err(DataTypeError::TooLarge)
    );
}

fn any_type() -> impl Strategy<Value = DataType> {
    let plain = prop_oneof![
        Just(DataType::String),
        (1..u32::MAX).prop_map(DataType::Varchar),
        (1..u32::MAX).prop_map(DataType::Char),
        Just(DataType::TimestampNtz),
        Just(DataType::Variant),
        (1..=38u8)
            .prop_flat_map(|precision| (Just(precision), 0..=precision))
            .prop_map(|(precision, scale)| DataType::Decimal { precision, scale }),
    ];
    plain.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|item| DataType::Array(Box::new(item))),
            (inner.clone(), inner.clone())
                .prop_map(|(k, v)| DataType::Map(Box::new(k), Box::new(v))),
            proptest::collection::btree_map(".{1,6}", inner, 1..3).prop_map(|fields| {
                DataType::Struct(
                    fields
                        .into_iter()
                        .map(|(name, datatype)| StructField { name, datatype })
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(datatype in any_type()) {
        prop_assert_eq!(DataType::parse(&datatype.to_string()), Ok(datatype));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        if let Ok(datatype) = DataType::parse(&text) {
            prop_assert_eq!(DataType::parse(&datatype.to_string()), Ok(datatype));
        }
    }
}
