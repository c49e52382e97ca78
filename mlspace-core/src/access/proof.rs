//! Whether the samples of an access report stand for all requests, decided for all requests.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use iam_policy::evaluate::{Caller, CallerError, PolicySet};
use iam_policy::prove::{Answer, Question, prove_in_all_readings};
use iam_policy::{Clause, Effect, Operator};

use super::any_names::AnyNames;
use super::{IamRole, Rights};
use crate::policies::PolicyContext;
use crate::policies::isolation::{self, Tenant, isolation_claims};

/// Work for each question, in the steps of [`Question::steps`]: a quarter of a second.
const STEPS: u64 = 5_000_000;

/// The answer to a question whether any request of a kind is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// No request is.
    Proved,
    /// This one is, in words, with the statements that allow it.
    Refuted(String),
    /// It is not known, for this reason.
    NotDecided(String),
}

/// A kind of requests that no membership's role is allowed to make, with the answer whether one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsolationProof {
    /// What the requests would do: an infinitive without "to".
    pub what: &'static str,
    /// Whether any is allowed.
    pub proof: Proof,
}

impl From<Answer> for Proof {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Holds => Self::Proved,
            Answer::Refuted(found) => Self::Refuted(found.in_words()),
            Answer::NotDecided(reason) => Self::NotDecided(reason.to_string()),
        }
    }
}

impl Proof {
    /// `proved`, `refuted` or `not decided`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refuted(_) => "refuted",
            Self::NotDecided(_) => "not decided",
        }
    }

    /// The request that refutes it, or the reason why it is not decided.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Proved => None,
            Self::Refuted(reason) | Self::NotDecided(reason) => Some(reason),
        }
    }

    /// The answer to several questions at once: proved if all are, refuted if any is.
    pub fn all<'a>(proofs: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut worst = Self::Proved;
        for proof in proofs {
            match proof {
                Self::Proved => {}
                Self::Refuted(_) => return proof.clone(),
                Self::NotDecided(_) => worst = proof.clone(),
            }
        }
        worst
    }
}

/// What was proved of roles of one platform for any names, so that it is not proved again for roles
/// whose policies differ in names only.
#[derive(Debug, Default)]
pub struct KnownProofs {
    roles: RefCell<HashMap<RoleKey, Rc<Proved>>>,
}

/// The policies of a role with their names left open, and the datasets that are shared with it.
type RoleKey = (String, Vec<String>);

/// Whether a question, by its text, has a proof.
type Proved = RefCell<HashMap<String, bool>>;

/// Asks about all requests of the role of a membership, or of another role.
pub struct RoleProver<'a> {
    context: &'a PolicyContext<'a>,
    policies: PolicySet,
    caller: Caller,
    /// All requests of the role.
    all: Question,
    /// Whether the role is denied everything in the data bucket, if that was asked.
    is_outsider: OnceCell<bool>,
    /// The names of the membership and the role.
    tenant: Option<Tenant>,
    any: Option<(AnyNames, Rc<Proved>)>,
    isolation: Vec<IsolationProof>,
}

impl IamRole {
    /// Questions about all requests of this role, which is the role of a user in a project if they
    /// are given. Decides whether that is isolated from other tenants.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is invalid.
    pub fn prover<'a>(
        &'a self,
        context: &'a PolicyContext<'a>,
        member: Option<(&str, &str)>,
        known: &KnownProofs,
    ) -> Result<RoleProver<'a>, CallerError> {
        let caller = Caller::from_arn(self.role_arn())?;
        let tags = self.tags().iter();
        let all = tags.fold(
            Question::new(caller.clone()).steps(STEPS),
            |question, (key, value)| question.principal_tag(key, value),
        );
        let shared_datasets = self.named_datasets(context);
        let mut prover = RoleProver {
            context,
            policies: self.policy_set(),
            caller,
            all,
            is_outsider: OnceCell::new(),
            tenant: member.map(|(project, user)| Tenant {
                project: literal(project),
                user: literal(user),
                role_arn: literal(self.role_arn()),
                shared_datasets: shared_datasets.clone(),
            }),
            any: member.and_then(|(project, user)| {
                let any = AnyNames::new(self, project, user, STEPS)?;
                let mut roles = known.roles.borrow_mut();
                // The claims leave these datasets out, by their names: they are part of what was
                // asked, although the policies may be equal without them.
                let key = (any.key.clone(), shared_datasets);
                let proved = Rc::clone(roles.entry(key).or_default());
                Some((any, proved))
            }),
            isolation: Vec::new(),
        };
        prover.isolation = prover.decide_isolation();
        Ok(prover)
    }

    /// Group datasets that Allow statements name without a wildcard.
    fn named_datasets(&self, context: &PolicyContext<'_>) -> Vec<String> {
        let start = context.objects("group/datasets/");
        let start = start.trim_end_matches('*');
        let documents = self.policies.iter().map(|(_, document)| document);
        let statements = documents.flat_map(|document| &document.statements);
        let mut names: Vec<String> = statements
            .filter(|statement| statement.effect == Effect::Allow)
            .filter_map(|statement| match &statement.resources {
                Some(Clause::Only(all)) => Some(all),
                _ => None,
            })
            .flatten()
            .filter_map(|arn| arn.strip_prefix(start)?.strip_suffix("/*"))
            .filter(|name| !name.is_empty() && !name.contains(['*', '?', '$', '/']))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Operations on objects, by the permission whose denial rules them out.
const OPERATIONS: [(&str, [&str; 2]); 3] = [
    ("read", ["s3:GetObject", "s3:GetObjectVersion"]),
    ("write", ["s3:PutObject", "s3:ReplicateObject"]),
    ("delete", ["s3:DeleteObject", "s3:DeleteObjectVersion"]),
];

impl RoleProver<'_> {
    /// Whether the role is isolated from all other tenants: an answer for each kind of requests,
    /// none for a role of no membership. Datasets of groups that its policies name count as shared
    /// with it.
    #[must_use]
    pub fn isolation(&self) -> &[IsolationProof] {
        &self.isolation
    }

    /// Whether what is denied for one object under a prefix of the data bucket is denied for all of
    /// them: reading, writing, deleting and listing, and every other operation where none of these
    /// is allowed.
    #[must_use]
    pub fn under(&self, prefix: &str, rights: &Rights) -> Proof {
        let is_denied = |name: &str| {
            let mut all = rights.by_name().into_iter();
            all.any(|(own, verdict)| own == name && !verdict.is_allowed())
        };
        let denied: Vec<&str> = OPERATIONS
            .iter()
            .filter(|(name, _)| is_denied(name))
            .flat_map(|(_, actions)| *actions)
            .collect();
        let nothing = rights.by_name().iter().all(|(name, _)| is_denied(name));
        if nothing && self.tenant.is_none() && self.is_outsider() {
            return Proof::Proved;
        }
        let actions = if nothing { vec!["s3:*"] } else { denied };
        let foreign = self.foreign(prefix);
        let mut proofs = Vec::new();
        if !actions.is_empty() && !foreign.is_some_and(|claim| self.is_proved(claim)) {
            let objects = self.context.objects(prefix);
            let what = format!("{actions:?}");
            proofs.push(self.answer(&what, &objects, &|all, objects| {
                all.actions(actions.iter().copied()).resources([objects])
            }));
        }
        if is_denied("list") && !(foreign.is_some() && self.is_proved(isolation::LIST_OTHERS)) {
            let listed = format!("{prefix}*");
            proofs.push(self.answer("list", &listed, &|all, listed| {
                all.actions(["s3:ListBucket", "s3:ListBucketVersions"])
                    .resources([self.context.bucket()])
                    .when(Operator::StringLike, "s3:prefix", [listed])
            }));
        }
        Proof::all(&proofs)
    }

    fn is_outsider(&self) -> bool {
        *self.is_outsider.get_or_init(|| {
            let bucket = self.context.bucket();
            let data = self.all.clone().actions(["s3:*"]);
            let data = data.resources([self.context.objects(""), bucket]);
            prove_in_all_readings(&self.policies, &data).holds()
        })
    }

    /// The claim about all objects under this prefix, if they belong to others.
    fn foreign(&self, prefix: &str) -> Option<&'static str> {
        let tenant = self.tenant.as_ref()?;
        let datasets = tenant.shared_datasets.iter();
        let mut own: Vec<String> = datasets
            .map(|name| format!("group/datasets/{name}/"))
            .collect();
        own.push(format!("project/{}/", tenant.project));
        own.push(format!("private/{}/", tenant.user));
        let overlaps = |own: &String| own.starts_with(prefix) || prefix.starts_with(own.as_str());
        if own.iter().any(overlaps) {
            return None;
        }
        [
            ("project/", isolation::OTHER_PROJECTS),
            ("private/", isolation::OTHER_USERS),
            ("group/", isolation::OTHER_GROUPS),
        ]
        .into_iter()
        .find_map(|(start, claim)| prefix.starts_with(start).then_some(claim))
    }

    fn is_proved(&self, what: &str) -> bool {
        let mut claims = self.isolation.iter();
        claims.any(|claim| claim.what == what && claim.proof == Proof::Proved)
    }

    fn decide_isolation(&self) -> Vec<IsolationProof> {
        let Some(tenant) = &self.tenant else {
            return Vec::new();
        };
        let claims = isolation_claims(self.context, &self.caller, tenant, |_| self.all.clone());
        let of_any = self.any.as_ref().map(|(any, _)| {
            let tenant = Tenant {
                project: any.text(&tenant.project),
                user: any.text(&tenant.user),
                role_arn: any.text(&tenant.role_arn),
                shared_datasets: tenant.shared_datasets.clone(),
            };
            isolation_claims(self.context, &self.caller, &tenant, |_| any.all.clone())
        });
        let mut of_any = of_any.into_iter().flatten();
        let proofs = claims.into_iter().map(|claim| {
            let any = of_any.next();
            let holds = any.is_some_and(|any| self.holds_for_any(claim.what, || any.question));
            IsolationProof {
                what: claim.what,
                proof: if holds {
                    Proof::Proved
                } else {
                    prove_in_all_readings(&self.policies, &claim.question).into()
                },
            }
        });
        proofs.collect()
    }

    /// The answer to a question of a kind about a pattern, given as all requests of the role and
    /// the pattern.
    fn answer(&self, what: &str, pattern: &str, ask: &dyn Fn(Question, &str) -> Question) -> Proof {
        let any = self.any.as_ref().map(|(any, _)| (any, any.text(pattern)));
        let holds = any.is_some_and(|(any, pattern)| {
            let what = format!("{what} {pattern}");
            self.holds_for_any(&what, || ask(any.all.clone(), &pattern))
        });
        if holds {
            return Proof::Proved;
        }
        prove_in_all_readings(&self.policies, &ask(self.all.clone(), pattern)).into()
    }

    /// Whether a question has a proof for any names.
    fn holds_for_any(&self, what: &str, question: impl FnOnce() -> Question) -> bool {
        let Some((any, proved)) = &self.any else {
            return false;
        };
        if let Some(known) = proved.borrow().get(what) {
            return *known;
        }
        let holds = prove_in_all_readings(&any.policies, &question()).holds();
        proved.borrow_mut().insert(what.to_owned(), holds);
        holds
    }
}

/// The text as a pattern that matches only it.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => pattern.extend(['$', '{', c, '}']),
            c => pattern.push(c),
        }
    }
    pattern
}
