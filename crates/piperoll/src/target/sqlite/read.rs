//! Reads the statement that made a table. It was accepted by SQLite, so what is not understood here is this reader's fault: then the answer is `None`, and what
//! it would have told is unknown.

use super::layout::{Constraint, LaidColumn, Layout, Part};
use super::tokens::{Kind, Token, code};

/// The layout that a `CREATE TABLE` statement gives.
pub(super) fn layout(sql: &str) -> Option<Layout> {
    let tokens = code(sql).ok()?;
    let mut reader = Reader {
        sql,
        tokens: &tokens,
        at: 0,
    };
    reader.table()
}

struct Reader<'t> {
    sql: &'t str,
    tokens: &'t [Token<'t>],
    at: usize,
}

impl<'t> Reader<'t> {
    fn table(&mut self) -> Option<Layout> {
        self.expect("create")?;
        self.expect("table")?;
        self.name()?;
        self.expect_sign("(")?;
        let mut layout = Layout::default();
        loop {
            if self.starts_table_constraint() {
                let constraint = self.table_constraint()?;
                layout.constraints.push(constraint);
            } else if layout.constraints.is_empty() {
                layout.columns.push(self.column()?);
            } else {
                return None;
            }
            // Between two constraints of a table SQLite does without the comma.
            if self.take_sign(",") || self.starts_table_constraint() {
                continue;
            }
            self.expect_sign(")")?;
            break;
        }
        while let Some(token) = self.peek() {
            if !layout.options.is_empty() && !token.is_sign(",") {
                layout.options.push(' ');
            }
            layout.options.push_str(token.text);
            self.at += 1;
        }
        Some(layout.in_own_letters())
    }

    fn column(&mut self) -> Option<LaidColumn> {
        let name = self.name()?;
        let start = self.at;
        while let Some(token) = self.peek()
            && token.name().is_some()
            && !self.starts_column_constraint()
        {
            self.at += 1;
        }
        if self.at > start && self.peek().is_some_and(|token| token.is_sign("(")) {
            self.parentheses()?;
        }
        let sql_type = self.slice(start).to_owned();
        let mut constraints = Vec::new();
        while self.starts_column_constraint() {
            constraints.extend(self.column_constraint()?);
        }
        Some(LaidColumn {
            name,
            sql_type,
            constraints,
        })
    }

    fn starts_column_constraint(&self) -> bool {
        const STARTS: [&str; 11] = [
            "constraint",
            "primary",
            "not",
            "null",
            "unique",
            "check",
            "default",
            "collate",
            "references",
            "as",
            "deferrable",
        ];
        let Some(token) = self.peek() else {
            return false;
        };
        STARTS.iter().any(|start| token.is(start))
            || token.is("generated") && self.peek_at(1).is_some_and(|next| next.is("always"))
    }

    fn starts_table_constraint(&self) -> bool {
        const STARTS: [&str; 5] = ["constraint", "primary", "unique", "check", "foreign"];
        self.peek()
            .is_some_and(|token| STARTS.iter().any(|start| token.is(start)))
    }

    /// A constraint of a column; none of a name without one.
    fn column_constraint(&mut self) -> Option<Option<Constraint>> {
        let name = self.constraint_name()?;
        let start = self.at;
        let token = *self.peek()?;
        if name.is_some() && !self.starts_column_constraint() || token.is("constraint") {
            return Some(None);
        }
        let part = if token.is("primary") {
            self.at += 1;
            self.expect("key")?;
            let descending = !self.take("asc") && self.take("desc");
            self.conflict()?;
            Part::PrimaryKey {
                columns: Vec::new(),
                descending,
                autoincrement: self.take("autoincrement"),
            }
        } else if token.is("not") && self.peek_at(1)?.is("null") {
            self.at += 2;
            self.conflict()?;
            Part::NotNull
        } else if token.is("null") {
            self.at += 1;
            self.conflict()?;
            Part::Other
        } else if token.is("unique") {
            self.at += 1;
            self.conflict()?;
            Part::Unique {
                columns: Vec::new(),
            }
        } else if token.is("check") {
            self.check()?
        } else if token.is("default") {
            self.at += 1;
            let value = self.at;
            self.default()?;
            Part::Default {
                sql: self.slice(value).to_owned(),
            }
        } else if token.is("collate") {
            self.at += 1;
            self.name()?;
            Part::Other
        } else if token.is("references") {
            self.references(Vec::new())?
        } else if token.is("generated") || token.is("as") {
            self.generated()?
        } else {
            self.deferrable()?;
            Part::Other
        };
        let sql = self.slice(start).to_owned();
        Some(Some(Constraint { name, part, sql }))
    }

    fn table_constraint(&mut self) -> Option<Constraint> {
        let name = self.constraint_name()?;
        let start = self.at;
        let token = *self.peek()?;
        let part = if token.is("primary") {
            self.at += 1;
            self.expect("key")?;
            let (columns, autoincrement) = self.key_columns()?;
            self.conflict()?;
            Part::PrimaryKey {
                columns,
                descending: false,
                autoincrement,
            }
        } else if token.is("unique") {
            self.at += 1;
            let (columns, _) = self.key_columns()?;
            self.conflict()?;
            Part::Unique { columns }
        } else if token.is("check") {
            self.check()?
        } else if token.is("foreign") {
            self.at += 1;
            self.expect("key")?;
            let (columns, _) = self.key_columns()?;
            self.references(columns)?
        } else {
            return None;
        };
        let sql = self.slice(start).to_owned();
        Some(Constraint { name, part, sql })
    }

    fn constraint_name(&mut self) -> Option<Option<String>> {
        if self.take("constraint") {
            Some(Some(self.name()?))
        } else {
            Some(None)
        }
    }

    fn check(&mut self) -> Option<Part> {
        self.expect("check")?;
        let expression = self.parentheses()?.to_owned();
        self.conflict()?;
        Some(Part::Check { expression })
    }

    fn generated(&mut self) -> Option<Part> {
        if self.take("generated") {
            self.expect("always")?;
        }
        self.expect("as")?;
        let expression = self.parentheses()?.to_owned();
        let _ = self.take("stored") || self.take("virtual");
        Some(Part::Generated { expression })
    }

    fn default(&mut self) -> Option<()> {
        if self.peek()?.is_sign("(") {
            self.parentheses()?;
            return Some(());
        }
        let _ = self.take_sign("+") || self.take_sign("-");
        self.at += 1;
        Some(())
    }

    fn references(&mut self, columns: Vec<String>) -> Option<Part> {
        self.expect("references")?;
        let table = self.name()?;
        let references = match self.peek() {
            Some(token) if token.is_sign("(") => self.key_columns()?.0,
            _ => Vec::new(),
        };
        loop {
            if self.take("on") {
                // DELETE or UPDATE; then one word, or two.
                self.at += 1;
                let _ = self.take("set") || self.take("no");
                self.at += 1;
            } else if self.take("match") {
                self.name()?;
            } else {
                break;
            }
        }
        self.deferrable()?;
        Some(Part::ForeignKey {
            columns,
            table,
            references,
        })
    }

    fn deferrable(&mut self) -> Option<()> {
        let negated = self.peek().is_some_and(|token| token.is("not"))
            && self.peek_at(1).is_some_and(|next| next.is("deferrable"));
        if negated {
            self.at += 1;
        }
        if self.take("deferrable") && self.take("initially") {
            self.at += 1;
        }
        Some(())
    }

    fn conflict(&mut self) -> Option<()> {
        if self.take("on") {
            self.expect("conflict")?;
            self.name()?;
        }
        Some(())
    }

    /// The names in parentheses, each maybe with `COLLATE` and an order.
    fn key_columns(&mut self) -> Option<(Vec<String>, bool)> {
        let mut columns = Vec::new();
        let mut autoincrement = false;
        self.expect_sign("(")?;
        loop {
            columns.push(self.name()?);
            if self.take("collate") {
                self.name()?;
            }
            let _ = self.take("asc") || self.take("desc");
            autoincrement |= self.take("autoincrement");
            if self.take_sign(",") {
                continue;
            }
            self.expect_sign(")")?;
            return Some((columns, autoincrement));
        }
    }

    /// What stands in parentheses, without blanks at its ends.
    fn parentheses(&mut self) -> Option<&'t str> {
        self.expect_sign("(")?;
        let start = self.tokens.get(self.at - 1)?.end();
        let mut depth = 1_usize;
        while let Some(token) = self.peek() {
            let at = token.at;
            if token.is_sign("(") {
                depth += 1;
            } else if token.is_sign(")") {
                depth -= 1;
            }
            self.at += 1;
            if depth == 0 {
                return Some(self.sql.get(start..at)?.trim());
            }
        }
        None
    }

    fn name(&mut self) -> Option<String> {
        let name = self.peek()?.name()?;
        self.at += 1;
        Some(name)
    }

    fn peek(&self) -> Option<&'t Token<'t>> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at + ahead)
    }

    fn take(&mut self, keyword: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.is(keyword));
        self.at += usize::from(there);
        there
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.is_sign(sign));
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, keyword: &str) -> Option<()> {
        self.take(keyword).then_some(())
    }

    fn expect_sign(&mut self, sign: &str) -> Option<()> {
        self.take_sign(sign).then_some(())
    }

    /// The text from the token at a position to the one before the next.
    fn slice(&self, start: usize) -> &'t str {
        let (Some(first), Some(last)) = (
            self.tokens.get(start),
            self.at
                .checked_sub(1)
                .and_then(|last| self.tokens.get(last)),
        ) else {
            return "";
        };
        if self.at <= start {
            return "";
        }
        self.sql.get(first.at..last.end()).unwrap_or_default()
    }
}

/// What a text is in SQL, of those that can stand behind `DEFAULT` without parentheses.
pub(super) fn literal_tokens(sql: &str) -> Option<(bool, Token<'_>)> {
    let tokens = code(sql).ok()?;
    match tokens.as_slice() {
        [only] => Some((false, *only)),
        [sign, number] if number.kind == Kind::Number && sign.is_sign("-") => Some((true, *number)),
        [sign, number] if number.kind == Kind::Number && sign.is_sign("+") => {
            Some((false, *number))
        }
        _ => None,
    }
}

/// What stands between the parentheses that hold a whole text.
pub(super) fn inside_parentheses(sql: &str) -> Option<&str> {
    let inner = sql.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(inner.trim())
}

#[cfg(test)]
mod tests;
