mod misfit;
mod read;

pub use read::DataTypeError;

use crate::event::Value;
use std::fmt;

/// The type of a column, as it is declared on every engine. Aliases are folded when it is read: `integer` and `int4` are [`DataType::Int`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataType {
    /// `string`, `text`: text of any length.
    String,
    /// `varchar(n)`: text of at most so many characters.
    Varchar(u32),
    /// `char(n)`: text of exactly so many characters.
    Char(u32),
    /// `tinyint`, `byte`: 8 bits.
    Tinyint,
    /// `smallint`, `short`, `int2`: 16 bits.
    Smallint,
    /// `int`, `integer`, `int4`: 32 bits.
    Int,
    /// `bigint`, `long`, `int8`: 64 bits.
    Bigint,
    /// `float`, `real`, `float4`: 32 bits.
    Float,
    /// `double`, `double precision`, `float8`: 64 bits.
    Double,
    /// `decimal(p,s)`, `numeric(p,s)`: `p` digits, `s` of them behind the point.
    Decimal {
        /// All digits.
        precision: u8,
        /// Those behind the point.
        scale: u8,
    },
    /// `boolean`, `bool`.
    Boolean,
    /// `binary`, `bytea`, `blob`.
    Binary,
    /// `date`.
    Date,
    /// `time`: of a day, without a zone.
    Time,
    /// `timestamp`, `timestamptz`: an instant.
    Timestamp,
    /// `timestamp_ntz`: date and time without a zone.
    TimestampNtz,
    /// `uuid`.
    Uuid,
    /// `variant`, `json`, `jsonb`: a document.
    Variant,
    /// `array<t>`.
    Array(Box<Self>),
    /// `map<k,v>`.
    Map(Box<Self>, Box<Self>),
    /// `struct<name:t,...>`.
    Struct(Vec<StructField>),
}

/// A field of a [`DataType::Struct`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StructField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub datatype: DataType,
}

impl DataType {
    /// Reads a type in any spelling: `STRING`, `decimal(10,2)`, `int4`, `timestamp with time zone`, `array<struct<a:int>>`. Case counts in the names of
    /// fields only; a name that is no plain word stands in backticks.
    ///
    /// # Errors
    /// [`DataTypeError`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, DataTypeError> {
        read::read(text)
    }

    /// What is wrong with a value for a column of this type; to follow the value's name. None when it is one.
    pub(crate) fn misfit(&self, value: &Value) -> Option<String> {
        misfit::misfit(value, self)
    }
}

/// The one spelling in which a type is printed, stored and compared.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Varchar(length) => return write!(f, "varchar({length})"),
            Self::Char(length) => return write!(f, "char({length})"),
            Self::Decimal { precision, scale } => return write!(f, "decimal({precision},{scale})"),
            Self::Array(item) => return write!(f, "array<{item}>"),
            Self::Map(key, value) => return write!(f, "map<{key},{value}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (position, field) in fields.iter().enumerate() {
                    let comma = if position == 0 { "" } else { "," };
                    write!(f, "{comma}{field}")?;
                }
                return f.write_str(">");
            }
            Self::String => "string",
            Self::Tinyint => "tinyint",
            Self::Smallint => "smallint",
            Self::Int => "int",
            Self::Bigint => "bigint",
            Self::Float => "float",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::TimestampNtz => "timestamp_ntz",
            Self::Uuid => "uuid",
            Self::Variant => "variant",
        };
        f.write_str(name)
    }
}

impl fmt::Display for StructField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if read::is_plain_word(&self.name) {
            write!(f, "{}:{}", self.name, self.datatype)
        } else {
            write!(f, "`{}`:{}", self.name.replace('`', "``"), self.datatype)
        }
    }
}

#[cfg(test)]
mod tests;
