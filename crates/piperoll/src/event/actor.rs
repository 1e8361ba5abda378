use super::word::words;

words! {
    /// What an actor is.
    ActorKind {
        /// A person.
        User = "user",
        /// A program that acts for people.
        Service = "service",
        /// The platform itself.
        System = "system",
    }
}

words! {
    /// How sure we are of the actor's name.
    Strength {
        /// Somebody checked a credential. A line of input cannot claim it.
        Authenticated = "authenticated",
        /// The caller says so.
        Asserted = "asserted",
        /// Concluded from something else, such as the database role.
        Inferred = "inferred",
    }
}

/// Who did it, as it stands in a header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The name; not blank.
    pub name: String,
    /// What the actor is.
    pub kind: ActorKind,
    /// What acted on the actor's behalf.
    pub via: Option<String>,
    /// How sure we are.
    pub strength: Strength,
}

/// Who did it, as a caller gives it: what is `None` is filled with the default, and does not count when an id is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DraftActor {
    /// The name; not blank.
    pub name: String,
    /// What the actor is; default [`ActorKind::User`].
    pub kind: Option<ActorKind>,
    /// What acted on the actor's behalf.
    pub via: Option<String>,
    /// How sure we are; default [`Strength::Asserted`].
    pub strength: Option<Strength>,
}

impl DraftActor {
    /// An actor of which only the name is given.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: None,
            via: None,
            strength: None,
        }
    }

    /// The actor with its defaults.
    pub fn resolve(&self) -> Actor {
        Actor {
            name: self.name.clone(),
            kind: self.kind.unwrap_or(ActorKind::User),
            via: self.via.clone(),
            strength: self.strength.unwrap_or(Strength::Asserted),
        }
    }
}
