use super::{DataType, StructField};
use crate::limits::{TYPE_BYTES_MAX, TYPE_NESTING_MAX};
use crate::yaml::quoted;
use std::collections::BTreeSet;

/// The digits of a `decimal` that says nothing of them.
const DECIMAL_DEFAULT: (u8, u8) = (10, 0);
/// Most digits of a `decimal`.
const DECIMAL_DIGITS_MAX: u8 = 38;

/// Why a text is no type; to follow the name of what it is the type of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataTypeError {
    /// No type has this name.
    #[error("{} is no type; known are {KNOWN}", quoted(.0))]
    Unknown(String),
    /// A type's numbers are missing or wrong.
    #[error("`{name}` must be written {wanted}")]
    Numbers {
        /// The type.
        name: &'static str,
        /// How it is written.
        wanted: &'static str,
    },
    /// A type that takes none has some.
    #[error("`{0}` takes no numbers in parentheses")]
    NoNumbers(String),
    /// Something else stands where this was to be.
    #[error("{wanted} is missing at character {at} of {}", quoted(.text))]
    Missing {
        /// What was to stand there.
        wanted: &'static str,
        /// Where, from 1.
        at: usize,
        /// The whole text.
        text: String,
    },
    /// Two fields of a struct have one name.
    #[error("the field {} stands twice in a struct", quoted(.0))]
    FieldTwice(String),
    /// It is too deep or too long.
    #[error(
        "a type has at most {TYPE_BYTES_MAX} bytes and is nested at most {TYPE_NESTING_MAX} deep"
    )]
    TooLarge,
}

const KNOWN: &str = "string, varchar(n), char(n), tinyint, smallint, int, bigint, float, double, decimal(p,s), boolean, binary, \
    date, time, timestamp, timestamp_ntz, uuid, variant, array<t>, map<k,v>, struct<name:t>";

pub(super) fn read(text: &str) -> Result<DataType, DataTypeError> {
    if text.len() > TYPE_BYTES_MAX {
        return Err(DataTypeError::TooLarge);
    }
    let mut reader = Reader { text, rest: text };
    let datatype = reader.datatype(0)?;
    reader.blank();
    if reader.rest.is_empty() {
        Ok(datatype)
    } else {
        Err(reader.missing("the end"))
    }
}

/// Whether a field's name needs no backticks.
pub(super) fn is_plain_word(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn datatype(&mut self, depth: usize) -> Result<DataType, DataTypeError> {
        if depth > TYPE_NESTING_MAX {
            return Err(DataTypeError::TooLarge);
        }
        let first = self.word();
        if first.is_empty() {
            return Err(self.missing("a type"));
        }
        let name = self.whole_name(first);
        match name.as_str() {
            "array" | "list" => {
                self.expect('<', "`<`")?;
                let item = self.datatype(depth + 1)?;
                self.expect('>', "`>`")?;
                return Ok(DataType::Array(Box::new(item)));
            }
            "map" => {
                self.expect('<', "`<`")?;
                let key = self.datatype(depth + 1)?;
                self.expect(',', "`,`")?;
                let value = self.datatype(depth + 1)?;
                self.expect('>', "`>`")?;
                return Ok(DataType::Map(Box::new(key), Box::new(value)));
            }
            "struct" => return self.fields(depth),
            _ => {}
        }
        let numbers = self.numbers()?;
        typed(&name, &numbers)
    }

    /// The name of a type in lower case: some have several words.
    fn whole_name(&mut self, first: &str) -> String {
        let mut name = first.to_ascii_lowercase();
        let tails: &[&[&str]] = match name.as_str() {
            "double" => &[&["precision"]],
            "character" => &[&["varying"]],
            "timestamp" => &[&["with", "time", "zone"], &["without", "time", "zone"]],
            "time" => &[&["without", "time", "zone"]],
            _ => &[],
        };
        for tail in tails {
            let before = self.rest;
            if tail
                .iter()
                .all(|word| self.word().eq_ignore_ascii_case(word))
            {
                for word in *tail {
                    name.push(' ');
                    name.push_str(word);
                }
                break;
            }
            self.rest = before;
        }
        name
    }

    fn fields(&mut self, depth: usize) -> Result<DataType, DataTypeError> {
        self.expect('<', "`<`")?;
        let mut fields = Vec::new();
        let mut names = BTreeSet::new();
        loop {
            let name = self.field_name()?;
            if !names.insert(name.clone()) {
                return Err(DataTypeError::FieldTwice(name));
            }
            self.expect(':', "`:`")?;
            let datatype = self.datatype(depth + 1)?;
            fields.push(StructField { name, datatype });
            if !self.take(',') {
                break;
            }
        }
        self.expect('>', "`>`")?;
        Ok(DataType::Struct(fields))
    }

    fn field_name(&mut self) -> Result<String, DataTypeError> {
        self.blank();
        let Some(mut rest) = self.rest.strip_prefix('`') else {
            let word = self.word();
            return if is_plain_word(word) {
                Ok(word.to_owned())
            } else {
                Err(self.missing("the name of a field"))
            };
        };
        let mut name = String::new();
        while let Some((before, after)) = rest.split_once('`') {
            name.push_str(before);
            match after.strip_prefix('`') {
                Some(more) => {
                    name.push('`');
                    rest = more;
                }
                None if name.is_empty() => break,
                None => {
                    self.rest = after;
                    return Ok(name);
                }
            }
        }
        Err(self.missing("the name of a field in backticks"))
    }

    /// The numbers in parentheses behind a name.
    fn numbers(&mut self) -> Result<Vec<u32>, DataTypeError> {
        let mut numbers = Vec::new();
        if !self.take('(') {
            return Ok(numbers);
        }
        loop {
            self.blank();
            let word = self.word();
            let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            match word.parse() {
                Ok(number) if digits => numbers.push(number),
                _ => return Err(self.missing("a number")),
            }
            if !self.take(',') {
                break;
            }
        }
        self.expect(')', "`)`")?;
        Ok(numbers)
    }

    fn word(&mut self) -> &'t str {
        self.blank();
        let end = self
            .rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn take(&mut self, letter: char) -> bool {
        self.blank();
        match self.rest.strip_prefix(letter) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, letter: char, wanted: &'static str) -> Result<(), DataTypeError> {
        if self.take(letter) {
            Ok(())
        } else {
            Err(self.missing(wanted))
        }
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn missing(&self, wanted: &'static str) -> DataTypeError {
        let read = self.text.len() - self.rest.len();
        let at = self.text.get(..read).map_or(0, |read| read.chars().count()) + 1;
        DataTypeError::Missing {
            wanted,
            at,
            text: self.text.to_owned(),
        }
    }
}

/// The type of a name in lower case and its numbers.
fn typed(name: &str, numbers: &[u32]) -> Result<DataType, DataTypeError> {
    match name {
        "varchar" | "character varying" => {
            return length(
                numbers,
                "varchar",
                "`varchar(n)` with n from 1; without a limit it is `string`",
            )
            .map(DataType::Varchar);
        }
        "char" | "character" => {
            return length(numbers, "char", "`char(n)` with n from 1").map(DataType::Char);
        }
        "decimal" | "numeric" | "dec" => return decimal(numbers),
        _ => {}
    }
    let datatype = match name {
        "string" | "text" => DataType::String,
        "tinyint" | "byte" | "int1" => DataType::Tinyint,
        "smallint" | "short" | "int2" => DataType::Smallint,
        "int" | "integer" | "int4" => DataType::Int,
        "bigint" | "long" | "int8" => DataType::Bigint,
        "float" | "real" | "float4" => DataType::Float,
        "double" | "double precision" | "float8" => DataType::Double,
        "boolean" | "bool" => DataType::Boolean,
        "binary" | "bytea" | "blob" => DataType::Binary,
        "date" => DataType::Date,
        "time" | "time without time zone" => DataType::Time,
        "timestamp" | "timestamptz" | "timestamp_ltz" | "timestamp with time zone" => {
            DataType::Timestamp
        }
        "timestamp_ntz" | "timestamp without time zone" => DataType::TimestampNtz,
        "uuid" => DataType::Uuid,
        "variant" | "json" | "jsonb" => DataType::Variant,
        _ => return Err(DataTypeError::Unknown(name.to_owned())),
    };
    if numbers.is_empty() {
        Ok(datatype)
    } else {
        Err(DataTypeError::NoNumbers(name.to_owned()))
    }
}

fn length(numbers: &[u32], name: &'static str, wanted: &'static str) -> Result<u32, DataTypeError> {
    match numbers {
        [length] if *length > 0 => Ok(*length),
        _ => Err(DataTypeError::Numbers { name, wanted }),
    }
}

fn decimal(numbers: &[u32]) -> Result<DataType, DataTypeError> {
    let (precision, scale) = match numbers {
        [] => DECIMAL_DEFAULT,
        [precision] => (u8::try_from(*precision).unwrap_or(0), 0),
        [precision, scale] => (
            u8::try_from(*precision).unwrap_or(0),
            u8::try_from(*scale).unwrap_or(u8::MAX),
        ),
        _ => (0, 0),
    };
    if (1..=DECIMAL_DIGITS_MAX).contains(&precision) && scale <= precision {
        Ok(DataType::Decimal { precision, scale })
    } else {
        Err(DataTypeError::Numbers {
            name: "decimal",
            wanted: "`decimal(p,s)` with p from 1 to 38 and s from 0 to p",
        })
    }
}
