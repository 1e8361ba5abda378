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
