use crate::event::{
    Action, ActorKind, EventId, Header, Instant, Kind, Phase, PlainHeader, Strength,
};

/// What a run has of a header.
pub(super) struct Heading<'h> {
    pub(super) id: EventId,
    pub(super) recorded_at: Instant,
    pub(super) kind: Kind,
    pub(super) action: &'h Action,
    pub(super) phase: Option<Phase>,
    pub(super) of: Option<EventId>,
    pub(super) workflow: &'h str,
    pub(super) actor: &'h str,
    pub(super) actor_kind: ActorKind,
    pub(super) via: Option<&'h str>,
    pub(super) strength: Strength,
}

impl<'h> From<&'h Header> for Heading<'h> {
    fn from(header: &'h Header) -> Self {
        Self {
            id: header.id,
            recorded_at: header.recorded_at,
            kind: header.kind,
            action: &header.action,
            phase: header.phase,
            of: header.of,
            workflow: &header.resource.name,
            actor: &header.actor.name,
            actor_kind: header.actor.kind,
            via: header.actor.via.as_deref(),
            strength: header.actor.strength,
        }
    }
}

impl<'h> From<&'h PlainHeader<'h>> for Heading<'h> {
    fn from(header: &'h PlainHeader<'h>) -> Self {
        let rest = &header.rest;
        Self {
            id: header.id,
            recorded_at: rest.recorded_at,
            kind: header.kind,
            action: &header.action,
            phase: rest.phase,
            of: rest.of,
            workflow: header.resource,
            actor: header.actor,
            actor_kind: rest.actor_kind,
            via: rest.via,
            strength: rest.strength,
        }
    }
}
