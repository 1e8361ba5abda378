//! Taking the members out of an object one by one, so that what is left over is unknown.

use super::Fault;
use super::json::{Json, join};
use super::shape::is_blank;

/// The members of an object that are still to be read, and what was wrong with the others.
pub struct Fields {
    place: String,
    members: Vec<(String, Json)>,
    faults: Vec<Fault>,
}

impl Fields {
    /// The members of `value`.
    ///
    /// # Errors
    ///
    /// A value that is no object.
    pub fn new(place: &str, value: Json) -> Result<Self, Fault> {
        match value {
            Json::Object(members) => Ok(Self {
                place: place.to_owned(),
                members,
                faults: Vec::new(),
            }),
            _ if place.is_empty() => Err(Fault::new("line", "is no object")),
            _ => Err(Fault::new(place, "is no object")),
        }
    }

    /// The members of the object of that name. What is no object is a fault.
    pub fn inner(&mut self, name: &str, value: Json) -> Option<Self> {
        match Self::new(&join(&self.place, name), value) {
            Ok(inner) => Some(inner),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// The value of that name, `null` included.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let i = self.members.iter().position(|(key, _)| key == name)?;
        Some(self.members.remove(i).1)
    }

    /// The value of that name; `null` is the same as absence.
    pub fn given(&mut self, name: &str) -> Option<Json> {
        self.take(name).filter(|value| *value != Json::Null)
    }

    /// A text that may be absent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.given(name)? {
            Json::Text(text) => Some(text),
            _ => {
                self.fault(name, "is no text");
                None
            }
        }
    }

    /// A text that may be absent and that `check` takes, possibly in another spelling.
    pub fn checked<T>(
        &mut self,
        name: &str,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match check(&text) {
            Ok(value) => Some(value),
            Err(what) => {
                self.fault(name, what);
                None
            }
        }
    }

    /// One of some words, or absent.
    pub fn word(&mut self, name: &str, words: &[&str]) -> Option<String> {
        self.checked(name, |text| {
            if words.contains(&text) {
                Ok(text.to_owned())
            } else {
                Err(format!("`{text}` is none of {}", words.join(", ")))
            }
        })
    }

    /// A text that is not blank, or absent.
    pub fn name(&mut self, name: &str) -> Option<String> {
        self.checked(name, |text| {
            if is_blank(text) {
                Err("is blank".to_owned())
            } else {
                Ok(text.to_owned())
            }
        })
    }

    /// Notes that the value is absent, unless it was there and is a fault already.
    pub fn require<T>(&mut self, name: &str, value: Option<&T>) {
        let place = join(&self.place, name);
        if value.is_none() && self.faults.iter().all(|fault| fault.place != place) {
            self.faults.push(Fault::new(&place, "is missing"));
        }
    }

    /// Whether nothing is wrong with the member of that name, nor with what is in it.
    pub fn is_right(&self, name: &str) -> bool {
        let place = join(&self.place, name);
        let inside = join(&place, "");
        let is_there = |fault: &Fault| fault.place == place || fault.place.starts_with(&inside);
        !self.faults.iter().any(is_there)
    }

    /// Notes what is wrong with the member of that name.
    pub fn fault(&mut self, name: &str, what: impl Into<String>) {
        self.faults.push(Fault::new(&join(&self.place, name), what));
    }

    /// Takes over what was wrong in an inner object.
    pub fn adopt(&mut self, faults: Vec<Fault>) {
        self.faults.extend(faults);
    }

    /// The faults, each unknown key among them.
    pub fn finish(mut self) -> Vec<Fault> {
        for (name, _) in &self.members {
            let place = join(&self.place, name);
            self.faults.push(Fault::new(&place, "is no known key"));
        }
        self.faults
    }
}
