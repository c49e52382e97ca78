//! The desired role of a membership, how an existing role differs from it, and the order of repair.
//!
//! A role never has more permissions than the access model says, at any step, and wherever the
//! steps end:
//!
//! * Steps that remove permissions come first, then the policy that can deny everything, as it does
//!   for members of suspended projects, then the inline policy, whose Denies are the widest, then
//!   the policies that grant most.
//! * A role that migrates to the other policy model has the policies of both in between. Each model
//!   denies whatever it does not grant, so both together, or one and a part of the other, grant no
//!   more than one. The new policies are attached before the old ones are detached: in the other
//!   order there would be a moment without any Deny, in which base policies apply unrestricted. The
//!   inline policy of the attribute model has all Denies of the other and more, so it is set first
//!   on the way there and replaced last on the way back.
//! * Where the quota of attached policies is too small for both, the inline policy denies everything
//!   in the meantime.

use std::fmt;

use crate::aws::PolicyModel;
use crate::iam::RoleState;
use crate::iam::managed_policies::equivalent_json;
use crate::tags::{PROJECT, SYSTEM, Tags, USER};
use iam_policy::{Document, Statement};

/// Name of the role's inline policy, as `MLSpace` calls it.
pub(crate) const PASS_ROLE: &str = "SMPassRolePolicy";

/// A membership's role as it should be.
#[derive(Debug, Clone)]
pub(super) struct DesiredRole {
    /// How rights are written down.
    pub(super) model: PolicyModel,
    /// Who may assume it.
    pub(super) trust: Document,
    /// ARN of the boundary, when the platform has one.
    pub(super) boundary: Option<String>,
    /// Its tags; others may be there too.
    pub(super) tags: Tags,
    /// ARNs of its managed policies in the order of attaching: those that deny come first.
    pub(super) attached: Vec<String>,
    /// ARNs of the policies that the other model would attach in place of the first of these.
    pub(super) previous_model_policies: Vec<String>,
    /// Its inline policy [`PASS_ROLE`].
    pub(super) inline: Document,
}

/// One thing in which a role isn't what it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RoleDiff {
    /// A managed policy that doesn't belong there.
    ForeignPolicy(String),
    /// An inline policy that doesn't belong there.
    ForeignInline(String),
    /// Another trust policy.
    Trust,
    /// Another boundary, or none; what it is.
    Boundary(Option<String>),
    /// A tag that is missing or has another value; its key and that value.
    Tag(String, Option<String>),
    /// There is no room for both models' policies: everything has to be denied meanwhile.
    QuotaExceeded,
    /// The inline policy is missing.
    MissingInline,
    /// The inline policy says something else.
    EditedInline,
    /// A managed policy that isn't attached, by its place in the order of attaching.
    MissingPolicy(usize, String),
    /// A managed policy of the other model.
    PreviousModelPolicy(String),
}

/// As drift is told: what happened to "the role".
impl fmt::Display for RoleDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignPolicy(arn) => write!(f, "carries the foreign policy `{arn}`"),
            Self::ForeignInline(name) => write!(f, "carries the foreign inline policy `{name}`"),
            Self::Trust => f.write_str("has an edited trust policy"),
            Self::Boundary(None) => f.write_str("lost its permissions boundary"),
            Self::Boundary(Some(arn)) => write!(f, "has the permissions boundary `{arn}`"),
            Self::Tag(key, None) => write!(f, "lost its tag `{key}`"),
            Self::Tag(key, Some(value)) => write!(f, "has the tag `{key}` = `{value}`"),
            Self::QuotaExceeded => f.write_str("has no room for the policies of both models"),
            Self::MissingInline => write!(f, "lost its inline policy `{PASS_ROLE}`"),
            Self::EditedInline => write!(f, "has an edited inline policy `{PASS_ROLE}`"),
            Self::MissingPolicy(_, arn) => write!(f, "lost the policy `{arn}`"),
            Self::PreviousModelPolicy(arn) => {
                write!(f, "carries the policy `{arn}` of the other model")
            }
        }
    }
}

/// The inline policy of a role that changes over without room for both models' policies.
pub(super) fn denying_all() -> Document {
    Document::new([Statement::deny("ChangingPolicyModel")
        .actions(["*"])
        .resources(["*"])])
}

impl DesiredRole {
    /// How `found` differs from these rights.
    pub(super) fn differences(&self, found: &RoleState) -> Vec<RoleDiff> {
        let mut all = Vec::new();
        let surplus = |arn: &&String| !self.attached.contains(arn);
        all.extend(found.attached.iter().filter(surplus).cloned().map(|arn| {
            if self.previous_model_policies.contains(&arn) {
                RoleDiff::PreviousModelPolicy(arn)
            } else {
                RoleDiff::ForeignPolicy(arn)
            }
        }));
        let foreign = found.inline.keys().filter(|name| *name != PASS_ROLE);
        all.extend(foreign.cloned().map(RoleDiff::ForeignInline));
        if !equivalent_json(&found.trust, &self.trust) {
            all.push(RoleDiff::Trust);
        }
        if found.boundary != self.boundary {
            all.push(RoleDiff::Boundary(found.boundary.clone()));
        }
        for (key, value) in self.tags.iter() {
            let seen = found.tags.get(key);
            if seen != Some(value) {
                all.push(RoleDiff::Tag(key.to_owned(), seen.map(str::to_owned)));
            }
        }
        let missing = self
            .attached
            .iter()
            .enumerate()
            .filter(|(_, arn)| !found.attached.contains(*arn));
        all.extend(missing.map(|(place, arn)| RoleDiff::MissingPolicy(place, arn.clone())));
        match found.inline.get(PASS_ROLE) {
            None => all.push(RoleDiff::MissingInline),
            Some(document) if !equivalent_json(document, &self.inline) => {
                all.push(RoleDiff::EditedInline)
            }
            Some(_) => {}
        }
        all.sort();
        all
    }

    /// Whether the role carries policies of the other model.
    pub(super) fn migrates_model(&self, found: &RoleState) -> bool {
        self.previous_model_policies
            .iter()
            .any(|arn| found.attached.contains(arn))
    }

    /// The differences in the order of mending, for a role that may carry `quota` policies.
    pub(super) fn repair_order(&self, found: &RoleState, quota: usize) -> Vec<RoleDiff> {
        let mut all = self.differences(found);
        let inline = found.inline.get(PASS_ROLE);
        let denying = inline.is_some_and(|document| equivalent_json(document, &denying_all()));
        let crowded = self.migrates_model(found) && self.transitional_count(found) > quota;
        if crowded && !denying {
            all.retain(|step| *step != RoleDiff::MissingInline);
            all.extend([RoleDiff::QuotaExceeded, RoleDiff::EditedInline]);
            all.sort();
            all.dedup();
        }
        let closed = crowded || denying;
        let going_back = self.model == PolicyModel::PerPrincipal && self.migrates_model(found);
        all.sort_by_key(|step| match step {
            // Terraform's role may change a role only while this has its boundary.
            RoleDiff::Boundary(_) if self.boundary.is_some() => -1,
            RoleDiff::Boundary(_) => 6,
            RoleDiff::QuotaExceeded => 1,
            RoleDiff::MissingPolicy(0, _) if !closed && !going_back => 1,
            RoleDiff::MissingInline | RoleDiff::EditedInline if closed || going_back => 5,
            RoleDiff::MissingInline | RoleDiff::EditedInline => 2,
            RoleDiff::PreviousModelPolicy(_) if closed => 2,
            RoleDiff::MissingPolicy(..) => 3,
            RoleDiff::PreviousModelPolicy(_) => 4,
            _ => 0,
        });
        all
    }

    /// How many policies the role carries while it changes over.
    pub(super) fn transitional_count(&self, found: &RoleState) -> usize {
        let kept = self
            .previous_model_policies
            .iter()
            .filter(|arn| found.attached.contains(*arn));
        self.attached.len() + kept.count()
    }

    /// What a refresh has to say about the role called `name`, a sentence each.
    pub(super) fn drift(&self, name: &str, found: &RoleState) -> Vec<String> {
        let mut all = self.differences(found);
        let mut drift = Vec::new();
        if self.migrates_model(found) {
            drift.push(format!(
                "role `{name}` carries policies of the model `{}`",
                self.model.other().name()
            ));
            all.retain(|difference| {
                use RoleDiff as D;
                !matches!(
                    difference,
                    D::PreviousModelPolicy(_)
                        | D::MissingPolicy(..)
                        | D::MissingInline
                        | D::EditedInline
                )
            });
        }
        drift.extend(all.iter().map(|difference| match difference {
            RoleDiff::Tag(key, _) if self.is_identity(key) => format!(
                "role `{name}` {difference}: what it may follows from this tag, so find out who changed it"
            ),
            _ => format!("role `{name}` {difference}"),
        }));
        drift
    }

    /// Whether the tag decides what the role may.
    fn is_identity(&self, key: &str) -> bool {
        self.model == PolicyModel::Attribute && [SYSTEM, PROJECT, USER].contains(&key)
    }
}

/// Why a role can't carry as many policies, with the sum.
pub(super) fn too_many(
    model: PolicyModel,
    base: usize,
    groups: usize,
    quota: usize,
) -> Option<String> {
    let sum = base + 2 + groups;
    let own = match model {
        PolicyModel::PerPrincipal => "the project's, the user's",
        PolicyModel::Attribute => "the two that all members share",
    };
    (sum > quota).then(|| {
        format!(
            "a role carries at most {quota} managed policies, and this membership needs {sum}: \
             {base} of `base_policy_arns`, {own} and {groups} of the user's groups"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::Principal;

    fn rights() -> DesiredRole {
        DesiredRole {
            model: PolicyModel::PerPrincipal,
            trust: Document::new([Statement::allow("T")
                .principal(Principal::service("sagemaker.amazonaws.com"))
                .actions(["sts:AssumeRole"])]),
            boundary: Some("arn:boundary".to_owned()),
            tags: Tags::from([("project", "fraud"), ("user", "alice")]),
            attached: vec![
                "arn:project".to_owned(),
                "arn:user".to_owned(),
                "arn:base".to_owned(),
            ],
            previous_model_policies: vec!["arn:suspended".to_owned(), "arn:members".to_owned()],
            inline: inline("P"),
        }
    }

    /// The same membership in the attribute model.
    fn by_attribute() -> DesiredRole {
        let mut rights = DesiredRole {
            model: PolicyModel::Attribute,
            inline: inline("A"),
            ..rights()
        };
        let base = rights.attached.split_off(2);
        std::mem::swap(&mut rights.attached, &mut rights.previous_model_policies);
        rights.attached.extend(base);
        rights
    }

    fn inline(resource: &str) -> Document {
        Document::new([Statement::allow("Pass")
            .actions(["iam:PassRole"])
            .resources([resource])])
    }

    fn has_all_of(rights: &DesiredRole) -> RoleState {
        RoleState {
            arn: "arn:role".to_owned(),
            trust: rights.trust.to_json(),
            boundary: rights.boundary.clone(),
            tags: rights.tags.clone(),
            attached: rights.attached.iter().cloned().collect(),
            inline: [(PASS_ROLE.to_owned(), rights.inline.to_json_pretty())].into(),
        }
    }

    fn as_wanted() -> RoleState {
        has_all_of(&rights())
    }

    /// The steps in short: what is put in place, and what goes.
    fn plan(rights: &DesiredRole, found: &RoleState, quota: usize) -> Vec<String> {
        let name = |arn: &str| arn.trim_start_matches("arn:").to_owned();
        let short = |step: RoleDiff| match step {
            RoleDiff::QuotaExceeded => "deny all".to_owned(),
            RoleDiff::MissingInline | RoleDiff::EditedInline => "inline".to_owned(),
            RoleDiff::MissingPolicy(_, arn) => format!("+{}", name(&arn)),
            RoleDiff::PreviousModelPolicy(arn) | RoleDiff::ForeignPolicy(arn) => {
                format!("-{}", name(&arn))
            }
            other => other.to_string(),
        };
        rights
            .repair_order(found, quota)
            .into_iter()
            .map(short)
            .collect()
    }

    #[test]
    fn a_role_as_wanted_has_no_differences_and_may_have_other_tags() {
        let mut found = as_wanted();
        found.tags.insert("cost-center", "7");
        assert_eq!(rights().differences(&found), []);
    }

    #[test]
    fn a_new_role_lacks_everything_and_gets_denials_first() {
        let found = RoleState {
            attached: Default::default(),
            inline: Default::default(),
            ..as_wanted()
        };
        let steps = ["+project", "inline", "+user", "+base"];
        assert_eq!(plan(&rights(), &found, 10), steps);
        let steps = ["+suspended", "inline", "+members", "+base"];
        assert_eq!(plan(&by_attribute(), &found, 10), steps);
    }

    #[test]
    fn one_model_is_whole_before_the_other_is_taken_apart() {
        let there = ["+suspended", "inline", "+members", "-project", "-user"];
        assert_eq!(plan(&by_attribute(), &as_wanted(), 10), there);
        let back = ["+project", "+user", "-members", "-suspended", "inline"];
        let found = has_all_of(&by_attribute());
        assert_eq!(plan(&rights(), &found, 10), back);
        // Interrupted when the old one had gone.
        let mut late = as_wanted();
        late.inline = found.inline;
        assert_eq!(plan(&rights(), &late, 10), ["inline"]);
    }

    #[test]
    fn without_room_for_both_everything_is_denied_transitional_count() {
        let there = [
            "deny all",
            "-project",
            "-user",
            "+suspended",
            "+members",
            "inline",
        ];
        let (wanted, mut found) = (by_attribute(), as_wanted());
        assert_eq!(wanted.transitional_count(&found), 5);
        assert_eq!(plan(&wanted, &found, 4), there);
        assert_eq!(plan(&wanted, &found, 5).first().unwrap(), "+suspended");
        // Whatever is done when it is interrupted, the denial is lifted last.
        found
            .inline
            .insert(PASS_ROLE.to_owned(), denying_all().to_json());
        assert_eq!(plan(&wanted, &found, 4), there[1..]);
        found.attached.remove("arn:project");
        assert_eq!(plan(&wanted, &found, 4), there[2..]);
        found.attached.remove("arn:user");
        assert_eq!(plan(&wanted, &found, 4), there[3..]);
        found.attached.insert("arn:suspended".to_owned());
        assert_eq!(plan(&wanted, &found, 4), there[4..]);
    }

    #[test]
    fn changing_over_is_one_sentence() {
        let drift = by_attribute().drift("r", &as_wanted());
        assert_eq!(
            drift,
            ["role `r` carries policies of the model `per_principal`"]
        );
    }

    #[test]
    fn a_changed_tag_is_an_incident_where_rights_follow_from_it() {
        let mut found = as_wanted();
        found.tags.insert("user", "bob");
        let plain = rights().drift("r", &found);
        assert_eq!(plain, ["role `r` has the tag `user` = `bob`"]);
        let mut found = has_all_of(&by_attribute());
        found.tags.remove("project");
        let drift = by_attribute().drift("r", &found);
        assert_eq!(
            drift,
            [
                "role `r` lost its tag `project`: what it may follows from this tag, so find out who changed it"
            ]
        );
    }

    #[test]
    fn foreign_rights_go_before_anything_is_given() {
        let mut found = as_wanted();
        found
            .attached
            .insert("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
        found.attached.remove("arn:user");
        found.inline.insert("extra".to_owned(), "{}".to_owned());
        found.boundary = None;
        found.tags.insert("user", "bob");
        found.trust = "{}".to_owned();
        found.inline.insert(PASS_ROLE.to_owned(), "{}".to_owned());
        let sentences: Vec<String> = rights()
            .repair_order(&found, 10)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            sentences,
            [
                "lost its permissions boundary",
                "carries the foreign policy `arn:aws:iam::aws:policy/AdministratorAccess`",
                "carries the foreign inline policy `extra`",
                "has an edited trust policy",
                "has the tag `user` = `bob`",
                "has an edited inline policy `SMPassRolePolicy`",
                "lost the policy `arn:user`",
            ]
        );
    }

    #[test]
    fn the_quota_is_explained_by_its_sum() {
        let too_many = |base, groups| too_many(PolicyModel::PerPrincipal, base, groups, 10);
        assert_eq!(too_many(8, 0), None);
        let message = too_many(7, 2).unwrap();
        assert!(
            message.contains("needs 11") && message.contains("7 of"),
            "{message}"
        );
    }
}
