//! Who manages an object, in Terraform's terms: the token in the private state, and what this run
//! does with other objects. The core decides; see [`mlspace_core::ownership`].
//!
//! A resource needs four things: its kind in [`Kind`], [`run`] for the plan of a new object,
//! [`observe`] after a read, and [`review`]. [`crate::mapping::operation`] and
//! [`crate::mapping::applied`] do the rest.

use std::sync::Arc;

use async_trait::async_trait;
use mlspace_core::memory::Memory;
use mlspace_core::ownership::{Caller, Claim, Kind, Object, Owned, Run, Token};
use terraform_plugin::framework::diagnostics::{capitalize, sentence};
use terraform_plugin::framework::{Call, Change, Diagnostics, ObjectKey, Objects};

/// Key of the private state: the object's token, or null if it had none.
const TOKEN: &str = "token";
/// Key of the private state: true if the last read found another token.
const FOREIGN: &str = "foreign";
/// Key of the private state: what the next refresh needs to know.
const MEMORY: &str = "memory";

/// Keeps the token of an object that was created or changed.
pub(crate) fn keep(call: &mut Call, object: &impl Owned) {
    remember(call, object);
    if let Some(token) = object.token() {
        set(call, TOKEN, &token.to_string());
        call.remove_private(FOREIGN);
    }
}

/// Compares the token of an object that was read with that of the state. A state that knows nothing
/// of a token takes it over: after an import, or if the state is from before there were tokens.
/// Terraform also drops the private state when the provider's process dies during an update.
pub(crate) fn observe(call: &mut Call, object: &impl Owned) {
    remember(call, object);
    let (claim, found) = (claim(call), object.token());
    if claim == Claim::Unknown {
        set(call, TOKEN, &found.map(ToString::to_string));
        call.remove_private(FOREIGN);
    } else if claim.admits(found) {
        call.remove_private(FOREIGN);
    } else {
        set(call, FOREIGN, &true);
    }
}

/// What the last refresh, or the last change, kept of the object for this refresh.
pub(crate) fn memory(call: &Call) -> Option<Memory> {
    call.private(MEMORY)
}

fn remember(call: &mut Call, object: &impl Owned) {
    match object.memory() {
        Some(memory) => set(call, MEMORY, memory),
        None => call.remove_private(MEMORY),
    }
}

/// Refuses the plan of a change or destroy of an object that another state manages. A plan that
/// changes nothing gets a warning.
pub(crate) fn review(call: &Call, object: &Object, change: Change, diagnostics: &mut Diagnostics) {
    if call.private(FOREIGN) != Some(true) {
        return;
    }
    let error = object.foreign();
    let (summary, detail) = (capitalize(error.summary()), sentence(&error.detail()));
    match change {
        Change::None => diagnostics.warning("", summary, detail),
        Change::Update | Change::Replace | Change::Delete => {
            diagnostics.error("", summary, detail);
        }
    }
}

/// Whether this run creates the object, so that what is about it is not known yet.
pub(crate) fn creates(call: &Call, object: &Object) -> bool {
    call.objects().is_created(&key(object))
}

/// What this run does with other objects.
pub(crate) fn run(call: &Call) -> ThisRun {
    ThisRun(call.objects().clone())
}

/// On whose behalf an operation of this call acts.
pub(crate) fn caller(call: &Call) -> Caller {
    Caller {
        claim: claim(call),
        run: Arc::new(run(call)),
    }
}

fn claim(call: &Call) -> Claim {
    match call.private::<Option<String>>(TOKEN) {
        None => Claim::Unknown,
        Some(None) => Claim::NoToken,
        Some(Some(token)) => Claim::Token(Token::stored(token)),
    }
}

fn set<T: serde::Serialize>(call: &mut Call, key: &str, value: &T) {
    // Strings, booleans and JSON are always valid JSON.
    let _ = call.set_private(key, value);
}

/// The objects of this run of Terraform.
#[derive(Debug)]
pub(crate) struct ThisRun(Objects);

#[async_trait]
impl Run for ThisRun {
    fn replaces(&self, object: &Object) -> bool {
        let key = key(object);
        self.0.is_replaced(&key) && self.0.private(&key, FOREIGN) != Some(true)
    }

    async fn removes(&self, object: &Object) -> bool {
        self.0.leaves(&key(object)).await
    }
}

/// The identity of an object, as its resource type's schema has it.
fn key(object: &Object) -> ObjectKey {
    let id = object.id.as_str();
    let identity = match object.kind {
        Kind::Project
        | Kind::Notebook
        | Kind::LifecycleConfig
        | Kind::ExternalLocation
        | Kind::User
        | Kind::Group => vec![("name", id)],
        Kind::Dataset | Kind::Grant | Kind::StudioDomain => vec![("id", id)],
        Kind::StudioUserProfile => {
            let mut parts = id.splitn(3, '/');
            let mut next = || parts.next().unwrap_or_default();
            vec![("domain_id", next()), ("project", next()), ("user", next())]
        }
        Kind::StudioSpace => {
            let (domain, name) = id.split_once('/').unwrap_or((id, ""));
            vec![("domain_id", domain), ("name", name)]
        }
        Kind::ProjectGroup => {
            let (project, group) = id.split_once('/').unwrap_or((id, ""));
            vec![("project", project), ("group", group)]
        }
        Kind::Membership => {
            let (project, user) = id.split_once('/').unwrap_or((id, ""));
            vec![("project", project), ("user", user)]
        }
    };
    ObjectKey::new(object.kind.resource_type(), identity)
}

#[cfg(test)]
mod tests {
    use terraform_plugin::framework::Attribute;

    use super::*;

    struct Thing(Option<Token>);

    impl Owned for Thing {
        fn token(&self) -> Option<&Token> {
            self.0.as_ref()
        }
    }

    fn with(token: &Token) -> Thing {
        Thing(Some(token.clone()))
    }

    fn errors(call: &Call, change: Change) -> (bool, bool) {
        let mut diagnostics = Diagnostics::new();
        let object = Object::new(Kind::Project, "fraud");
        review(call, &object, change, &mut diagnostics);
        (diagnostics.has_errors(), diagnostics.is_empty())
    }

    #[test]
    fn another_token_is_foreign_until_it_is_imported() {
        let (own, other) = (Token::random(), Token::random());
        let mut call = Call::default();
        keep(&mut call, &with(&own));
        observe(&mut call, &with(&own));
        assert_eq!(errors(&call, Change::Delete), (false, true));
        observe(&mut call, &with(&other));
        for change in [Change::Update, Change::Replace, Change::Delete] {
            assert_eq!(errors(&call, change), (true, false));
        }
        assert_eq!(errors(&call, Change::None), (false, false), "a warning");
        // An import begins with empty private state.
        let mut call = Call::default();
        observe(&mut call, &with(&other));
        assert_eq!(claim(&call), Claim::Token(other));
        assert_eq!(errors(&call, Change::Delete), (false, true));
    }

    #[test]
    fn old_state_takes_what_it_finds_first() {
        let token = Token::random();
        let mut call = Call::default();
        observe(&mut call, &with(&token));
        assert_eq!(claim(&call), Claim::Token(token.clone()));
        let mut call = Call::default();
        observe(&mut call, &Thing(None));
        assert_eq!(claim(&call), Claim::NoToken);
        observe(&mut call, &with(&token));
        assert!(errors(&call, Change::Update).0);
    }

    #[test]
    fn lost_token_is_not_foreign() {
        let token = Token::random();
        let mut call = Call::default();
        keep(&mut call, &with(&token));
        observe(&mut call, &Thing(None));
        assert_eq!(claim(&call), Claim::Token(token));
        assert_eq!(errors(&call, Change::Update), (false, true));
    }

    #[test]
    fn key_is_the_identity_of_the_resource_type() {
        let resources = crate::resources::all();
        for kind in Kind::ALL {
            let resource = resources
                .iter()
                .find(|resource| resource.type_name() == kind.resource_type());
            let schema = resource.unwrap().schema();
            let mut expected: Vec<&str> =
                schema.identity_attributes().map(Attribute::name).collect();
            expected.sort_unstable();
            let key = key(&Object::new(kind, "fraud/alice"));
            assert!(key.identity().keys().eq(expected), "{kind:?}");
        }
    }
}
