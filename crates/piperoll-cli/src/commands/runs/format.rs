use clap::ValueEnum;

/// The formats in which runs come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// ddeutil-workflow's folder of JSON files
    DdeutilFile,
    /// ddeutil-workflow's SQLite database
    DdeutilSqlite,
    /// OpenLineage's run events, a line each
    Openlineage,
}
