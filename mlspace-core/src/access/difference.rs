//! What a role gains and loses when its policies, its boundary or its tags change.

use iam_policy::evaluate::{Caller, CallerError};
use iam_policy::prove::Question;
use iam_policy::{Clause, Condition, ConditionKey, Document};

use super::IamRole;
use crate::policies::difference_in_words;

/// Keys with the tags of the caller.
const TAG: &str = "aws:PrincipalTag/";
/// The same before the tags change: what no policy of AWS can name.
const FORMER_TAG: &str = "mlspace:FormerPrincipalTag/";

impl IamRole {
    /// What this role gains and loses when it becomes the other one, in words as
    /// [`difference_in_words`] has them; `None` if it is proved that it is allowed the same.
    ///
    /// The boundary and the tags can differ too. Trust policies are not compared.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is invalid.
    pub fn difference_in_words(&self, after: &Self) -> Result<Option<String>, CallerError> {
        let caller = Caller::from_arn(after.role_arn())?;
        if self.has_documents_of(after) {
            return Ok(None);
        }
        let tags = after.tags.iter();
        let question = tags.fold(Question::new(caller), |question, (key, value)| {
            question.principal_tag(key, value)
        });
        if self.tags == after.tags {
            let (before, after) = (self.policy_set(), after.policy_set());
            return Ok(difference_in_words(&before, &after, &question));
        }
        let former = self.with_former_tags();
        let tags = self.tags.iter();
        let question = tags.fold(question, |question, (key, value)| {
            question.context(format!("{FORMER_TAG}{key}"), [value])
        });
        let question = former
            .former_keys()
            .into_iter()
            .fold(question, |question, key| {
                let is_set = self
                    .tags
                    .iter()
                    .any(|(tag, _)| ConditionKey::from(format!("{FORMER_TAG}{tag}")) == key);
                if is_set {
                    question
                } else {
                    question.context(key, [""; 0])
                }
            });
        let (before, after) = (former.policy_set(), after.policy_set());
        Ok(difference_in_words(&before, &after, &question))
    }

    /// Whether both have the same documents, tags and boundary, so that there is nothing to prove.
    fn has_documents_of(&self, other: &Self) -> bool {
        let documents = |role: &Self| {
            let documents = role.policies.iter();
            let mut texts: Vec<String> =
                documents.map(|(_, document)| document.to_json()).collect();
            texts.sort();
            let boundary = role
                .boundary
                .as_ref()
                .map(|(_, document)| document.to_json());
            (texts, boundary)
        };
        self.tags == other.tags && documents(self) == documents(other)
    }

    /// The role with policies that ask for its tags by other keys, so that one request has the tags
    /// before a change and after it.
    fn with_former_tags(&self) -> Self {
        let renamed = |(label, document): &(String, Document)| (label.clone(), rename(document));
        Self {
            role_arn: self.role_arn.clone(),
            tags: self.tags.clone(),
            policies: self.policies.iter().map(renamed).collect(),
            boundary: self.boundary.as_ref().map(renamed),
        }
    }

    /// The keys of former tags that the policies ask for, by conditions and by variables.
    fn former_keys(&self) -> Vec<ConditionKey> {
        let documents = self.policies.iter().chain(&self.boundary);
        let mut keys = Vec::new();
        for (_, document) in documents {
            for statement in &document.statements {
                let conditions = statement.conditions.iter();
                let asked = conditions.clone().map(|condition| condition.key.clone());
                keys.extend(asked.filter(|key| key.as_str().starts_with(FORMER_TAG)));
                let resources = statement.resources.iter().flat_map(|all| all.values());
                let values = conditions.flat_map(|condition| condition.values.iter());
                for text in resources.chain(values) {
                    keys.extend(text.split("${").skip(1).filter_map(|variable| {
                        let name = variable.split(['}', ',']).next()?.trim();
                        name.starts_with(FORMER_TAG)
                            .then(|| ConditionKey::from(name))
                    }));
                }
            }
        }
        keys.sort();
        keys.dedup();
        keys
    }
}

/// The document with other keys for the tags of the caller.
fn rename(document: &Document) -> Document {
    let mut document = document.clone();
    for statement in &mut document.statements {
        if let Some(Clause::Only(all) | Clause::Except(all)) = &mut statement.resources {
            *all = all.iter().map(|text| rename_variables(text)).collect();
        }
        statement.conditions = statement
            .conditions
            .iter()
            .map(|condition| Condition {
                operator: condition.operator,
                key: rename_key(&condition.key),
                values: condition
                    .values
                    .iter()
                    .map(|text| rename_variables(text))
                    .collect(),
            })
            .collect();
    }
    document
}

fn rename_key(key: &ConditionKey) -> ConditionKey {
    match key.as_str().get(..TAG.len()) {
        Some(start) if start.eq_ignore_ascii_case(TAG) => {
            let tag = key.as_str().get(TAG.len()..).unwrap_or_default();
            format!("{FORMER_TAG}{tag}").into()
        }
        _ => key.clone(),
    }
}

/// The text with other variables for the tags of the caller.
fn rename_variables(text: &str) -> String {
    let mut parts = text.split("${");
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        renamed.push_str("${");
        match part.get(..TAG.len()) {
            Some(start) if start.eq_ignore_ascii_case(TAG) => {
                renamed.push_str(FORMER_TAG);
                renamed.push_str(part.get(TAG.len()..).unwrap_or_default());
            }
            _ => renamed.push_str(part),
        }
    }
    renamed
}

#[cfg(test)]
mod tests {
    use iam_policy::{Operator, Statement};

    use super::*;
    use crate::tags::Tags;

    fn role(tags: &[(&str, &str)], statement: Statement) -> IamRole {
        let mut all = Tags::new();
        for (key, value) in tags {
            all.insert(*key, *value);
        }
        IamRole::new("arn:aws:iam::123456789012:role/r")
            .tagged(all)
            .policy("p", Document::new([statement]))
    }

    fn read(resource: &str) -> Statement {
        Statement::allow("Read")
            .actions(["s3:GetObject"])
            .resources([resource])
    }

    fn words(before: &IamRole, after: &IamRole) -> Option<String> {
        before.difference_in_words(after).unwrap()
    }

    #[test]
    fn difference_of_equal_roles_is_none() {
        let own = "arn:aws:s3:::b/${aws:PrincipalTag/user}/*";
        let by_tag = role(&[("user", "alice")], read(own));
        let by_name = role(&[("user", "alice")], read("arn:aws:s3:::b/alice/*"));
        assert_eq!(words(&by_tag, &by_name), None);
    }

    #[test]
    fn difference_sees_a_changed_tag() {
        for own in [
            read("arn:aws:s3:::b/${AWS:principaltag/user}/*"),
            read("arn:aws:s3:::b/alice/*").when(
                Operator::StringEquals,
                "aws:PrincipalTag/user",
                ["alice"],
            ),
        ] {
            let lost = role(&[("team", "x")], own.clone());
            let other = role(&[("user", "bob")], own.clone());
            let right = role(&[("user", "alice")], own);
            for wrong in [lost, other] {
                let words = words(&wrong, &right).unwrap();
                assert!(words.starts_with("gains `s3:GetObject` on "), "{words}");
            }
        }
    }

    #[test]
    fn difference_of_former_tags_ends_with_what_is_lost() {
        let own = read("arn:aws:s3:::b/${aws:PrincipalTag/user, 'nobody'}/*");
        let lost = role(&[], own.clone());
        let right = role(&[("user", "alice")], own);
        assert_eq!(
            words(&lost, &right).unwrap(),
            "gains `s3:GetObject` on `arn:aws:s3:::b/${aws:PrincipalTag/user, 'nobody'}/*`; loses \
             `s3:GetObject` on `arn:aws:s3:::b/${mlspace:FormerPrincipalTag/user, 'nobody'}/*`"
        );
    }

    #[test]
    fn difference_sees_the_boundary() {
        let plain = role(&[], read("*"));
        let none = Statement::allow("").actions(["sqs:*"]).resources(["*"]);
        let bounded = plain.clone().boundary("b", Document::new([none]));
        assert_eq!(
            words(&plain, &bounded).unwrap(),
            "gains nothing; loses `s3:GetObject` on `*`"
        );
    }
}
