//! A case: the policies that apply, and one request, in a form that both evaluators read.

use std::collections::BTreeMap;
use std::rc::Rc;

use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};
use iam_policy::{Document, Principal, Statement};
use serde_json::{Map, Value, json};

/// The policies that apply to a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layers {
    pub(crate) identity: Vec<Document>,
    pub(crate) boundary: Option<Document>,
    pub(crate) session: Option<Document>,
    pub(crate) service_control: Vec<Vec<Document>>,
    /// Without `RCPFullAWSAccess`, which AWS attaches everywhere by itself.
    pub(crate) resource_control: Vec<Vec<Document>>,
    pub(crate) resource: Option<Document>,
    pub(crate) endpoint: Option<Document>,
}

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CaseRequest {
    /// An ARN, the name of a service, or `None` for an anonymous caller.
    pub(crate) caller: Option<String>,
    pub(crate) action: String,
    pub(crate) resource: String,
    /// The account that owns the resource.
    pub(crate) account: String,
    /// Values by key. A list, also one of a single value, is for keys that can have multiple
    /// values.
    pub(crate) context: BTreeMap<String, Values>,
}

/// The values of a context key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    One(String),
    Many(Vec<String>),
}

impl Values {
    pub(crate) fn list(&self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value.clone()],
            Self::Many(values) => values.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) layers: Rc<Layers>,
    pub(crate) request: CaseRequest,
}

/// Keys that our `Request` derives from caller and resource.
const DERIVED: [&str; 6] = [
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:PrincipalIsAWSService",
    "aws:username",
    "aws:ResourceAccount",
];

impl CaseRequest {
    pub(crate) fn build(&self) -> Request {
        let caller = match &self.caller {
            None => Caller::Anonymous,
            Some(name) => Caller::from_arn(name).unwrap_or_else(|_| Caller::Service(name.clone())),
        };
        let request =
            Request::new(caller, &self.action, &self.resource).resource_account(&self.account);
        self.context.iter().fold(request, |request, (key, values)| {
            request.context(key.as_str(), values.list())
        })
    }

    fn json(&self, id: usize) -> Value {
        let request = self.build();
        let mut context = Map::new();
        for key in DERIVED {
            if let Some(value) = request.value(&key.into()) {
                context.insert(key.to_owned(), value.into());
            }
        }
        for (key, values) in &self.context {
            let value = match values {
                Values::One(value) => json!(value),
                Values::Many(values) => json!(values),
            };
            context.insert(key.clone(), value);
        }
        json!({
            "id": id, "caller": self.caller, "action": self.action, "resource": self.resource,
            "account": self.account, "context": context,
        })
    }
}

impl Layers {
    /// Every document.
    pub(crate) fn documents_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        let levels = self
            .service_control
            .iter_mut()
            .chain(&mut self.resource_control)
            .flatten();
        self.identity
            .iter_mut()
            .chain(&mut self.boundary)
            .chain(&mut self.session)
            .chain(&mut self.resource)
            .chain(&mut self.endpoint)
            .chain(levels)
    }

    pub(crate) fn policies(&self) -> PolicySet {
        let mut set = PolicySet::new();
        for (index, document) in self.identity.iter().enumerate() {
            set = set.identity(&format!("p{index}"), document);
        }
        if let Some(document) = &self.boundary {
            set = set.boundary("boundary", document);
        }
        if let Some(document) = &self.session {
            set = set.session("session", document);
        }
        if let Some(document) = &self.resource {
            set = set.resource("resource", document);
        }
        if let Some(document) = &self.endpoint {
            set = set.endpoint("endpoint", document);
        }
        for level in &self.service_control {
            set = set.service_control(level.iter().map(|document| ("scp", document)));
        }
        let full = Document::new([Statement::allow("")
            .principal(Principal::Any)
            .actions(["*"])
            .resources(["*"])]);
        for level in &self.resource_control {
            set = set.resource_control(
                level
                    .iter()
                    .chain([&full])
                    .map(|document| ("rcp", document)),
            );
        }
        set
    }

    pub(crate) fn json(&self) -> Value {
        let read =
            |document: &Document| -> Value { serde_json::from_str(&document.to_json()).unwrap() };
        let all = |documents: &Vec<Document>| documents.iter().map(read).collect::<Vec<_>>();
        let one = |document: &Option<Document>| document.as_ref().map(read);
        // The package accepts only this form of "everyone" in resource control and endpoint
        // policies.
        let open = |document: &Document| {
            let mut value = read(document);
            for statement in value["Statement"].as_array_mut().into_iter().flatten() {
                statement["Principal"] = json!("*");
            }
            value
        };
        let open_all = |documents: &Vec<Document>| documents.iter().map(open).collect::<Vec<_>>();
        json!({
            "identity": all(&self.identity),
            "boundary": one(&self.boundary),
            "session": one(&self.session),
            "resource": one(&self.resource),
            "endpoint": self.endpoint.as_ref().map(open),
            "serviceControl": self.service_control.iter().map(all).collect::<Vec<_>>(),
            "resourceControl": self.resource_control.iter().map(open_all).collect::<Vec<_>>(),
        })
    }
}

impl Case {
    pub(crate) fn ours(&self) -> Outcome {
        self.layers.policies().decide(&self.request.build()).outcome
    }

    /// The lines of the case for `simulate.mjs`: the policies, unless those of `before` are the
    /// same, and the request.
    pub(crate) fn lines(&self, id: usize, before: Option<&Case>) -> String {
        let mut lines = String::new();
        if before.is_none_or(|before| !Rc::ptr_eq(&before.layers, &self.layers)) {
            lines = format!("{}\n", json!({ "layers": self.layers.json() }));
        }
        lines + &format!("{}\n", json!({ "request": self.request.json(id) }))
    }
}
