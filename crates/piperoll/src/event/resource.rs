/// Where it happened: a table, a workflow, a role, ...
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    /// The system that holds it: a target's name, an application, ...
    pub system: String,
    /// Its name; a table's is `catalog.schema.table`.
    pub name: String,
    /// What it is: `table`, `workflow`, `role`, ...
    pub kind: String,
}

impl Resource {
    /// A resource of `kind` called `name` in `system`.
    pub fn new(
        system: impl Into<String>,
        name: impl Into<String>,
        kind: impl Into<String>,
    ) -> Self {
        Self {
            system: system.into(),
            name: name.into(),
            kind: kind.into(),
        }
    }
}
