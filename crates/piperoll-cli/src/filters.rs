use crate::context::now;
use crate::failure::Result;
use clap::Args;
use piperoll::error::Error;
use piperoll::event::{Action, Attribute, AttributeName, Kind, Outcome, key_attribute};
use piperoll::query::{Bound, parse_key, parse_when};
use piperoll::store::{Filter, Glob};
use piperoll::trail::Trail;

/// Which entries: all that is given must hold.
#[derive(Debug, Args)]
pub(crate) struct Filters {
    /// The family: schema, run, row, access, security, config, quality, business, trail
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// What was done: INSERT, READ, GRANT, ...
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// The resource's name; `*` is any text, dots included
    #[arg(long, value_name = "GLOB")]
    resource: Option<String>,
    /// The key of the row: 42, a=1,b=x, or JSON
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// It happened then or later: 2026-11-01T08:00:00Z, 2026-11-01, or 24h, 7d ago
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// It happened before then; a day is included
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// How it ended: success, failure, denied, unknown
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,
}

impl Filters {
    /// The filter for a trail. The actor is the global `--actor`: in a search it names whom to look for.
    pub(crate) fn read(&self, actor: Option<&str>, trail: &Trail) -> Result<Filter> {
        let kind = self
            .kind
            .as_deref()
            .map(|text| Kind::parse(text).ok_or_else(|| unknown("kind", text, &Kind::list())));
        let action = self.action.as_deref().map(|text| {
            let words = Action::WORDS.join(", ");
            let action = Action::parse(text).or_else(|| Action::parse(&text.to_uppercase()));
            action.ok_or_else(|| unknown("action", text, &words))
        });
        let outcome = self.outcome.as_deref().map(|text| {
            Outcome::parse(text).ok_or_else(|| unknown("outcome", text, &Outcome::list()))
        });
        let attribute = match &self.key {
            Some(text) => Some(Attribute {
                name: AttributeName::Key,
                value: key_attribute(&parse_key(text)?, trail.secret()),
            }),
            None => None,
        };
        let when = |text: &Option<String>, bound| {
            text.as_deref()
                .map(|text| parse_when(text, bound, now()))
                .transpose()
        };
        Ok(Filter {
            kind: kind.transpose()?,
            action: action.transpose()?.map(|action| action.as_str().to_owned()),
            actor: actor.map(str::to_owned),
            resource: self.resource.as_deref().map(Glob::parse).transpose()?,
            outcome: outcome.transpose()?,
            since: when(&self.since, Bound::Since)?,
            until: when(&self.until, Bound::Until)?,
            attribute,
        })
    }
}

fn unknown(what: &str, text: &str, words: &str) -> Error {
    Error::invalid_input(format!("`{text}` is no {what}")).hint(format!("known are {words}"))
}
