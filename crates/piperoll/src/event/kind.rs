use super::word::words;

words! {
    /// The family of an event.
    Kind {
        /// Declared table metadata changed.
        Schema = "schema",
        /// A workflow or pipeline execution.
        Run = "run",
        /// A version of a row.
        Row = "row",
        /// A read of data.
        Access = "access",
        /// A login, a grant, a role.
        Security = "security",
        /// A setting or a policy.
        Config = "config",
        /// A data quality check.
        Quality = "quality",
        /// An event of the business.
        Business = "business",
        /// What Piperoll says of the trail itself; nobody else may record it.
        Trail = "trail",
    }
}
