//! A plan as a person reads it: what differs, then what is done about it.

use crate::failure::Result;
use crate::output::{BAD, DIM, GOOD, Output, TITLE, WARN, count};
use piperoll::event::Value;
use piperoll::export::shown;
use piperoll::tables::{Altered, Change, ChangeCategory, Differences, Plan, TablePlan};
use piperoll::target::{Attribute, Column, DefaultValue, Step};

/// Prints a plan whole.
pub(crate) fn print(plan: &Plan, output: &mut Output) -> Result<()> {
    for table in &plan.tables {
        self::table(table, output)?;
        output.line("")?;
    }
    summary(plan, output)
}

fn table(plan: &TablePlan, output: &mut Output) -> Result<()> {
    let verb = match plan.category() {
        ChangeCategory::Create => "create",
        ChangeCategory::Update => "change",
    };
    output.line(&format!(
        "{TITLE}{verb} {}{TITLE:#}  {DIM}{}{DIM:#}",
        plan.name(),
        shown(&plan.spec.file)
    ))?;
    for line in differences(&plan.differences) {
        output.line(&format!("  {line}"))?;
    }
    for (position, step) in plan.steps.iter().enumerate() {
        self::step(position + 1, step, output)?;
    }
    for problem in &plan.warnings {
        output.line(&format!(
            "  {WARN}warning{WARN:#} {}",
            shown(&problem.to_string())
        ))?;
    }
    for problem in &plan.denied {
        output.line(&format!(
            "  {BAD}refused{BAD:#} {}",
            shown(&problem.to_string())
        ))?;
    }
    Ok(())
}

fn step(number: usize, step: &Step, output: &mut Output) -> Result<()> {
    let mut marks = String::new();
    if step.destructive {
        marks.push_str(&format!("  {BAD}destructive{BAD:#}"));
    }
    if step.rewrites {
        marks.push_str(&format!("  {WARN}rewrites all rows{WARN:#}"));
    }
    output.line(&format!(
        "  {TITLE}{number}.{TITLE:#} {}{marks}",
        shown(&step.what)
    ))?;
    for statement in &step.statements {
        indented(statement, "", output)?;
    }
    if let Some(undo) = &step.undo {
        indented(undo, "undo: ", output)?;
    }
    Ok(())
}

/// A statement keeps its lines.
fn indented(text: &str, title: &str, output: &mut Output) -> Result<()> {
    for (number, line) in text.lines().enumerate() {
        let title = if number == 0 { title } else { "" };
        output.line(&format!("       {DIM}{title}{}{DIM:#}", shown(line)))?;
    }
    Ok(())
}

/// How many tables, how many statements, and the digest.
fn summary(plan: &Plan, output: &mut Output) -> Result<()> {
    let unchanged = count(plan.unchanged.len() as u64, "table");
    if plan.is_empty() {
        let is = if plan.unchanged.len() == 1 {
            "is"
        } else {
            "are"
        };
        return output.line(&format!(
            "{GOOD}up to date{GOOD:#}: {unchanged} {is} as declared"
        ));
    }
    let creates = plan
        .tables
        .iter()
        .filter(|table| table.category() == ChangeCategory::Create);
    let creates = creates.count();
    let statements: usize = plan
        .tables
        .iter()
        .map(|table| table.statements().len())
        .sum();
    output.line(&format!(
        "{creates} to create, {} to change, {} as declared; {}",
        plan.tables.len() - creates,
        plan.unchanged.len(),
        count(statements as u64, "statement")
    ))?;
    if plan.is_destructive() {
        output.line(&format!(
            "{BAD}something is lost by this plan:{BAD:#} it needs --allow-destructive"
        ))?;
    }
    output.line(&format!("{DIM}plan {}{DIM:#}", plan.digest()))
}

/// What differs, one line each.
pub(crate) fn differences(differences: &Differences) -> Vec<String> {
    let mut lines = Vec::new();
    for change in &differences.changes {
        match change {
            Change::Create(table) => {
                let columns = table.columns.iter();
                lines
                    .extend(columns.map(|column| format!("{GOOD}+{GOOD:#} {}", described(column))));
            }
            Change::RenameTable { from } => {
                lines.push(format!("{WARN}~{WARN:#} renamed from {from}"));
            }
            Change::Table(altered) => lines.push(self::altered("", altered)),
            Change::AddColumn { column, .. } => {
                lines.push(format!("{GOOD}+{GOOD:#} {}", described(column)));
            }
            Change::RenameColumn { from, to, .. } => {
                lines.push(format!(
                    "{WARN}~{WARN:#} {} renamed from {}",
                    shown(to),
                    shown(from)
                ));
            }
            Change::Column {
                column, altered, ..
            } => {
                lines.push(self::altered(&format!("{} ", shown(column)), altered));
            }
            Change::DropColumn { column, .. } => {
                lines.push(format!("{BAD}-{BAD:#} {}", described(column)));
            }
        }
    }
    lines
}

fn described(column: &Column) -> String {
    let mut text = format!(
        "{} {}",
        shown(&column.name),
        shown(&column.datatype.to_string())
    );
    if !column.nullable {
        text.push_str(" not null");
    }
    match &column.default {
        Some(DefaultValue::Value(value)) => {
            text.push_str(&format!(" default {}", value_text(value)));
        }
        Some(DefaultValue::Expression(expression)) => {
            text.push_str(&format!(" default ({})", shown(expression)));
        }
        None => {}
    }
    text
}

fn altered(column: &str, altered: &Altered) -> String {
    let mut name = attribute(altered.attribute).to_owned();
    if let Some(key) = &altered.key {
        name.push_str(&format!(" {}", shown(key)));
    }
    match (&altered.old, &altered.new) {
        (Some(old), Some(new)) => format!(
            "{WARN}~{WARN:#} {column}{name}: {} -> {}",
            value_text(old),
            value_text(new)
        ),
        (None, Some(new)) => format!("{GOOD}+{GOOD:#} {column}{name}: {}", value_text(new)),
        (Some(old), None) => format!("{BAD}-{BAD:#} {column}{name}: {}", value_text(old)),
        (None, None) => format!("  {column}{name}"),
    }
}

fn attribute(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Datatype => "type",
        Attribute::Nullable => "nullable",
        Attribute::Default => "default",
        Attribute::VariableValue => "variable value",
        Attribute::Generated => "generated",
        Attribute::ColumnComment | Attribute::Comment => "comment",
        Attribute::ColumnTags | Attribute::Tags => "tag",
        Attribute::MaskingRule => "masking rule",
        Attribute::ColumnChecks | Attribute::Checks => "check",
        Attribute::AllowedValues => "allowed values",
        Attribute::PrimaryKey => "primary key",
        Attribute::UniqueKeys => "unique key",
        Attribute::ForeignKeys => "foreign key",
        Attribute::RowFilters => "row filter",
        Attribute::Owner => "owner",
        Attribute::Properties => "property",
        Attribute::PartitionedBy => "partitioned by",
        Attribute::ClusterBy => "clustered by",
        _ => "attribute",
    }
}

/// A value in few words: a rule by name and expression, a default by what it is.
fn value_text(value: &Value) -> String {
    const LETTERS_MAX: usize = 200;
    let text = match value {
        Value::Object(members) => match (members.get("name"), members.get("expression")) {
            (Some(Value::Text(name)), Some(Value::Text(expression))) => {
                format!("{name} ({expression})")
            }
            _ => match (
                members.get("default_value"),
                members.get("default_expression"),
            ) {
                (Some(value), _) => value.canonical(),
                (None, Some(Value::Text(expression))) => format!("({expression})"),
                _ => value.canonical(),
            },
        },
        Value::Array(items) if items.iter().all(|item| matches!(item, Value::Text(_))) => {
            let items = items.iter().filter_map(|item| match item {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            });
            format!("({})", items.collect::<Vec<_>>().join(", "))
        }
        value => value.canonical(),
    };
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => {
            shown(&format!("{}...", text.get(..end).unwrap_or_default())).into_owned()
        }
        None => shown(&text).into_owned(),
    }
}

/// A value of the library as one of serde's.
pub(crate) fn json(value: &Value) -> serde_json::Value {
    // What the library writes is JSON.
    serde_json::from_str(&value.canonical()).unwrap_or(serde_json::Value::Null)
}
