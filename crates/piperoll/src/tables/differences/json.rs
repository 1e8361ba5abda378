//! Differences in Layker's shape, extended by what Layker does not see.

use super::{Altered, Change, Differences};
use crate::event::Value;
use crate::tables::snapshot::{added_column, declared, key, text, text_or_empty};
use crate::target::Attribute;
use std::collections::BTreeMap;

type Members = BTreeMap<String, Value>;

/// The three sections. Columns are gathered by position, as numbers, so that they come in order.
#[derive(Default)]
struct Section {
    members: Members,
    columns: BTreeMap<usize, Members>,
}

#[derive(Default)]
struct Sections {
    add: Section,
    update: Section,
    remove: Section,
}

pub(super) fn value(differences: &Differences) -> Value {
    let mut sections = Sections::default();
    for change in &differences.changes {
        sections.take(change);
    }
    let mut members = Members::new();
    members.insert(
        "full_table_name".to_owned(),
        text(&differences.name.to_string()),
    );
    for (name, section) in [
        ("add", sections.add),
        ("update", sections.update),
        ("remove", sections.remove),
    ] {
        let Section {
            members: mut own,
            columns,
        } = section;
        if !columns.is_empty() {
            let columns = columns.into_iter();
            let columns = columns.map(|(at, column)| (at.to_string(), Value::Object(column)));
            own.insert("columns".to_owned(), Value::Object(columns.collect()));
        }
        if !own.is_empty() {
            members.insert(name.to_owned(), Value::Object(own));
        }
    }
    Value::Object(members)
}

impl Sections {
    fn take(&mut self, change: &Change) {
        match change {
            Change::Create(table) => {
                if let Value::Object(mut members) = declared(table) {
                    members.remove("full_table_name");
                    self.add.members = members;
                }
            }
            Change::RenameTable { from } => {
                let name = text(&from.to_string());
                self.update.members.insert("renamed_from".to_owned(), name);
            }
            Change::Table(altered) => self.table(altered),
            Change::AddColumn { position, column } => {
                if let Value::Object(members) = added_column(column) {
                    self.add.columns.insert(*position, members);
                }
            }
            Change::RenameColumn { position, to, .. } => {
                let column = self.update.columns.entry(*position).or_default();
                column.insert("name".to_owned(), text(to));
            }
            Change::Column {
                position,
                live_position,
                altered,
                ..
            } => self.column(*position, *live_position, altered),
            Change::DropColumn {
                live_position,
                column,
            } => {
                let members = self.remove.columns.entry(*live_position).or_default();
                if let Value::Object(found) = added_column(column) {
                    let kept = ["name", "column_tags", "column_check_constraints"];
                    members.extend(
                        found
                            .into_iter()
                            .filter(|(name, _)| kept.contains(&name.as_str())),
                    );
                }
            }
        }
    }

    fn table(&mut self, altered: &Altered) {
        let Altered {
            attribute,
            key: of,
            old,
            new,
        } = altered;
        let name = key(*attribute);
        let section = match (old, new) {
            // An engine has no way to be without these; an empty text is Layker's none.
            _ if matches!(attribute, Attribute::Owner | Attribute::Comment) => &mut self.update,
            (None, _) => &mut self.add,
            (Some(_), Some(_)) => &mut self.update,
            (Some(_), None) => &mut self.remove,
        };
        let value = new.as_ref().or(old.as_ref());
        match (attribute, of, value) {
            (Attribute::Owner | Attribute::Comment, ..) => {
                let value = new.clone().unwrap_or_else(|| text_or_empty(None));
                section.members.insert(name.to_owned(), value);
            }
            (Attribute::UniqueKeys, _, Some(value)) => {
                let list = section.members.entry(name.to_owned());
                if let Value::Array(list) = list.or_insert_with(|| Value::Array(Vec::new())) {
                    list.push(value.clone());
                }
            }
            (_, Some(of), Some(value)) => put(&mut section.members, name, of, value),
            (_, None, Some(value)) => drop(section.members.insert(name.to_owned(), value.clone())),
            (_, _, None) => {}
        }
    }

    /// What is new in a column that is there is an update of the column.
    fn column(&mut self, position: usize, live_position: usize, altered: &Altered) {
        let Altered {
            attribute,
            key: of,
            old,
            new,
        } = altered;
        let name = key(*attribute);
        let column = self.update.columns.entry(position);
        match (of, new, old) {
            (Some(of), Some(new), _) => put(column.or_default(), name, of, new),
            (Some(of), None, Some(old)) => {
                let column = self.remove.columns.entry(live_position);
                put(column.or_default(), name, of, old);
            }
            (None, Some(Value::Object(default)), _) if *attribute == Attribute::Default => {
                column.or_default().extend(default.clone());
            }
            (None, Some(new), _) => drop(column.or_default().insert(name.to_owned(), new.clone())),
            (None, None, _) => {
                let texts = [Attribute::ColumnComment, Attribute::MaskingRule];
                let none = if texts.contains(attribute) {
                    text_or_empty(None)
                } else {
                    Value::Null
                };
                column.or_default().insert(name.to_owned(), none);
            }
            (Some(_), None, None) => {}
        }
    }
}

/// One of several under a name.
fn put(members: &mut Members, name: &str, of: &str, value: &Value) {
    let several = members.entry(name.to_owned());
    let several = several.or_insert_with(|| Value::Object(Members::new()));
    if let Value::Object(several) = several {
        several.insert(of.to_owned(), value.clone());
    }
}
