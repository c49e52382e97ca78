//! Formulas over the parts of a request.

use std::rc::Rc;

use super::predicate::PredicateId;

/// A context key of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct KeyId(pub(super) u32);

/// A statement about one part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// The action fulfils the predicate.
    Action(PredicateId),
    /// The resource does.
    Resource(PredicateId),
    /// The values of a key do.
    Key(KeyId, KeyAtom),
}

/// What holds for the values of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct KeyAtom {
    /// Without values.
    pub(super) missing: bool,
    /// With one value that is empty, which set operators take for no value.
    pub(super) empty: bool,
    /// With other values.
    pub(super) values: ValuesAtom,
}

/// What holds for the values of a key, unless it has none or only an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum ValuesAtom {
    Always,
    Never,
    /// Each value fulfils the predicate, or fails it.
    All(PredicateId, bool),
    /// Some value does.
    Some(PredicateId, bool),
}

impl KeyAtom {
    pub(super) fn negated(&self) -> Self {
        Self {
            missing: !self.missing,
            empty: !self.empty,
            values: match self.values {
                ValuesAtom::Always => ValuesAtom::Never,
                ValuesAtom::Never => ValuesAtom::Always,
                ValuesAtom::All(predicate, wanted) => ValuesAtom::Some(predicate, !wanted),
                ValuesAtom::Some(predicate, wanted) => ValuesAtom::All(predicate, !wanted),
            },
        }
    }
}

/// A formula; negations stand at the atoms only.
#[derive(Debug, Clone)]
pub(super) enum Formula {
    Literal(Rc<Atom>, bool),
    All(Rc<[Formula]>),
    Any(Rc<[Formula]>),
}

impl Formula {
    pub(super) fn truth() -> Self {
        Self::All(Rc::from([]))
    }

    pub(super) fn falsehood() -> Self {
        Self::Any(Rc::from([]))
    }

    pub(super) fn of(value: bool) -> Self {
        if value {
            Self::truth()
        } else {
            Self::falsehood()
        }
    }

    pub(super) fn is_false(&self) -> bool {
        matches!(self, Self::Any(parts) if parts.is_empty())
    }

    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner.iter().cloned()),
                part if part.is_false() => return Self::falsehood(),
                part => flat.push(part),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::All(flat.into()),
        }
    }

    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner.iter().cloned()),
                Self::All(inner) if inner.is_empty() => return Self::truth(),
                part => flat.push(part),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::Any(flat.into()),
        }
    }

    pub(super) fn negated(&self) -> Self {
        match self {
            Self::Literal(atom, wanted) => Self::Literal(Rc::clone(atom), !wanted),
            Self::All(parts) => Self::any(parts.iter().map(Self::negated)),
            Self::Any(parts) => Self::all(parts.iter().map(Self::negated)),
        }
    }
}

impl From<Atom> for Formula {
    fn from(atom: Atom) -> Self {
        Self::Literal(Rc::new(atom), true)
    }
}
