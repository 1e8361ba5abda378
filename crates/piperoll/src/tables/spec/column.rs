//! One column of a file.

use super::keyed::{checks, filled, rules};
use super::value;
use crate::target::{Column, DataType, DefaultValue};
use crate::yaml::{Field, Fields, Node, Position, Problems, quoted};
use std::collections::BTreeMap;

/// A column, whether it is active, and where its parts stand.
pub(super) struct Declared {
    pub(super) at: Position,
    pub(super) column: Column,
    pub(super) active: bool,
    pub(super) renamed_from: Option<(Position, String)>,
    /// Whether the file says of it that it may be null.
    pub(super) says_nullable: bool,
}

/// `check_names` are those of the table so far.
pub(super) fn read(
    node: &Node,
    check_names: &mut BTreeMap<String, Position>,
    problems: &mut Problems,
) -> Option<Declared> {
    let mut fields = Fields::new(node, problems)?;
    let name = fields.required("name");
    let at = name.map_or(node.at, |name| name.node.at);
    let name = name.and_then(|field| filled(field, fields.problems()));
    let datatype = fields.required("datatype");
    let datatype = datatype.and_then(|field| self::datatype(field, fields.problems()));
    let nullable = fields.optional("nullable");
    let nullable = nullable.and_then(|field| field.boolean(fields.problems()));
    let active = fields.optional("active");
    let active = active.and_then(|field| field.boolean(fields.problems()));
    let renamed_from = fields.optional("renamed_from");
    let renamed_from =
        renamed_from.and_then(|field| Some((field.node.at, filled(field, fields.problems())?)));
    let comment = fields.optional("comment");
    let comment = comment.and_then(|field| text(field, fields.problems()));
    let tags = fields.optional("tags");
    let tags = tags.map(|field| value::map(field, fields.problems()));
    let masking_rule = fields.optional("column_masking_rule");
    let masking_rule = masking_rule.and_then(|field| text(field, fields.problems()));
    let default = default(&mut fields, datatype.as_ref());
    let variable_value = fields.optional("variable_value");
    let variable_value = variable_value
        .filter(|field| !field.node.is_null())
        .and_then(|field| value::scalar(field, fields.problems()));
    let generated = fields.optional("generated");
    let generated = generated.and_then(|field| {
        let expression = filled(field, fields.problems());
        if default.is_some() {
            let message = "a column has `generated` or a default, not both";
            fields.problems().add(field.node.at, message);
        }
        expression
    });
    let allowed = fields.optional("allowed_values");
    let allowed_values = allowed
        .map(|field| allowed_values(field, datatype.as_ref(), fields.problems()))
        .unwrap_or_default();
    let own_checks = fields.optional("column_check_constraints");
    let own_checks = own_checks
        .map(|field| {
            let rules = rules(field, fields.problems());
            checks(rules, check_names, fields.problems())
        })
        .unwrap_or_default();
    fields.finish();
    let column = Column {
        name: name?,
        datatype: datatype?,
        nullable: nullable.unwrap_or(true),
        default,
        variable_value,
        generated,
        comment,
        tags: tags.unwrap_or_default(),
        masking_rule,
        checks: own_checks,
        allowed_values,
    };
    Some(Declared {
        at,
        column,
        active: active.unwrap_or(true),
        renamed_from,
        says_nullable: nullable == Some(true),
    })
}

/// A text that may be empty, which says the same as none.
pub(super) fn text(field: Field<'_>, problems: &mut Problems) -> Option<String> {
    let text = field.text(problems)?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn datatype(field: Field<'_>, problems: &mut Problems) -> Option<DataType> {
    let text = field.text(problems)?;
    match DataType::parse(text) {
        Ok(datatype) => Some(datatype),
        Err(error) => {
            // `{datatype: decimal(10,2)}` is two keys for YAML.
            let count = |sign: char| text.matches(sign).count();
            let is_cut = count('(') > count(')') || count('<') > count('>');
            let help = if is_cut {
                "; in `{ }` a type with a comma stands in quotes"
            } else {
                ""
            };
            problems.add(field.node.at, format!("`{}`: {error}{help}", field.name));
            None
        }
    }
}

fn default(fields: &mut Fields<'_, '_>, datatype: Option<&DataType>) -> Option<DefaultValue> {
    let value = fields.optional("default_value");
    let expression = fields.optional("default_expression");
    let given = value.filter(|field| !field.node.is_null());
    if let (Some(_), Some(expression)) = (given, expression) {
        let message = "a column has `default_value` or `default_expression`, not both";
        fields.problems().add(expression.node.at, message);
    }
    if let Some(field) = expression {
        return filled(field, fields.problems()).map(DefaultValue::Expression);
    }
    let field = given?;
    let value = value::scalar(field, fields.problems())?;
    if let Some(misfit) = datatype.and_then(|datatype| datatype.misfit(&value)) {
        let message = format!("`{}` {misfit}", field.name);
        fields.problems().add(field.node.at, message);
    }
    Some(DefaultValue::Value(value))
}

fn allowed_values(
    field: Field<'_>,
    datatype: Option<&DataType>,
    problems: &mut Problems,
) -> Vec<crate::event::Value> {
    let mut values = Vec::new();
    for item in field.items(problems) {
        if item.node.is_null() {
            let message =
                "`allowed_values` holds null; a column that may be null says `nullable: true`";
            problems.add(item.node.at, message);
            continue;
        }
        let Some(value) = value::scalar(item, problems) else {
            continue;
        };
        if let Some(misfit) = datatype.and_then(|datatype| datatype.misfit(&value)) {
            problems.add(
                item.node.at,
                format!("a value of `allowed_values` {misfit}"),
            );
        }
        if values.contains(&value) {
            let shown = quoted(&value.canonical());
            problems.add(
                item.node.at,
                format!("{shown} stands twice in `allowed_values`"),
            );
        }
        values.push(value);
    }
    values
}
