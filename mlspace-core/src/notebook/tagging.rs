//! Tags of a notebook instance: which it must have, and what leads there.

use super::NotebookSpec;
use crate::{
    aws::Settings,
    name::{ProjectName, UserName},
    tags::{self, Tags},
};

/// All tags that the instance should have. The platform's own win over everything, the notebook's over the provider's defaults.
pub(crate) fn wanted(spec: &NotebookSpec, settings: &Settings) -> Tags {
    all_tags(settings, &spec.project, &spec.user, &spec.tags)
}

/// All tags of a notebook whose own are `own`: the platform's win over everything, its own over the provider's defaults.
pub fn all_tags(settings: &Settings, project: &ProjectName, user: &UserName, own: &Tags) -> Tags {
    settings
        .default_tags
        .clone()
        .overlaid(own)
        .overlaid(&tags::resource_tags(&settings.system_tag, project, user))
}

/// Whether these tags prove that the instance is the platform's, for this project and user.
pub(crate) fn proves(
    found: &Tags,
    settings: &Settings,
    project: &ProjectName,
    user: &UserName,
) -> bool {
    found.contains_all(&tags::resource_tags(&settings.system_tag, project, user))
}

/// Tags to set and keys to remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagChange {
    /// Tags that are missing or have another value.
    pub(crate) set: Tags,
    /// Keys that should not be there.
    pub(crate) remove: Vec<String>,
}

impl TagChange {
    /// What leads from `found` to `wanted`. Tags that AWS itself set (`aws:…`) are left alone: nobody else can change them.
    pub(crate) fn between(found: &Tags, wanted: &Tags) -> Self {
        Self {
            set: wanted
                .iter()
                .filter(|(key, value)| found.get(key) != Some(value))
                .collect(),
            remove: found
                .iter()
                .map(|(key, _)| key)
                .filter(|key| !wanted.contains_key(key) && !key.starts_with("aws:"))
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// The tags that count as the notebook's own: not the platform's, and not a provider default unless the notebook is known to set it too.
pub(crate) fn own(found: &Tags, settings: &Settings, known: Option<&Tags>) -> Tags {
    found
        .iter()
        .filter(|(key, value)| {
            let platform = tags::RESERVED_KEYS
                .iter()
                .any(|reserved| key.eq_ignore_ascii_case(reserved));
            let default = settings.default_tags.get(key) == Some(value)
                && !known.is_some_and(|known| known.contains_key(key));
            !(platform || default)
        })
        .collect()
}

/// A sentence for each tag of the platform or of the provider's defaults that is missing or has another value.
pub(crate) fn drift(
    found: &Tags,
    settings: &Settings,
    project: &ProjectName,
    user: &UserName,
    known: &Tags,
) -> Vec<String> {
    let platform = tags::resource_tags(&settings.system_tag, project, user);
    let defaults: Tags = settings
        .default_tags
        .iter()
        .filter(|(key, _)| !known.contains_key(key))
        .collect();
    defaults
        .overlaid(&platform)
        .iter()
        .filter_map(|(key, value)| match found.get(key) {
            Some(same) if same == value => None,
            Some(other) => Some(format!("tag `{key}` is `{other}` instead of `{value}`")),
            None => Some(format!("tag `{key}` is missing, it should be `{value}`")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::tests::spec, *};

    fn settings() -> Settings {
        Settings {
            default_tags: Tags::from([("cost-center", "ml"), ("env", "prod")]),
            ..Settings::default()
        }
    }

    #[test]
    fn the_platform_s_tags_win() {
        let spec = NotebookSpec {
            tags: Tags::from([("env", "test"), ("project", "other"), ("team", "cards")]),
            ..spec()
        };
        let wanted = wanted(&spec, &settings());
        assert_eq!(
            wanted,
            Tags::from([
                ("cost-center", "ml"),
                ("env", "test"),
                ("project", "fraud"),
                ("system", "MLSpace"),
                ("team", "cards"),
                ("user", "alice"),
            ])
        );
    }

    #[test]
    fn ownership_takes_all_three_tags_exactly() {
        let (project, user) = (&spec().project, &spec().user);
        let ours = Tags::from([
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
            ("x", "y"),
        ]);
        assert!(proves(&ours, &settings(), project, user));
        for key in ["system", "project", "user"] {
            let mut without = ours.clone();
            without.remove(key);
            assert!(!proves(&without, &settings(), project, user));
            let mut other = ours.clone();
            other.insert(key, "FRAUD");
            assert!(!proves(&other, &settings(), project, user));
        }
    }

    #[test]
    fn own_tags_leave_out_what_the_provider_adds() {
        let found = wanted(
            &NotebookSpec {
                tags: Tags::from([("env", "prod"), ("team", "cards")]),
                ..spec()
            },
            &settings(),
        );
        assert_eq!(
            own(&found, &settings(), None),
            Tags::from([("team", "cards")])
        );
        let known = Tags::from([("env", "prod")]);
        assert_eq!(
            own(&found, &settings(), Some(&known)),
            Tags::from([("env", "prod"), ("team", "cards")])
        );
    }

    #[test]
    fn drift_names_the_tag_and_both_values() {
        let found = Tags::from([
            ("system", "MLSpace"),
            ("project", "Fraud"),
            ("env", "prod"),
            ("cost-center", "ml"),
        ]);
        let sentences = drift(
            &found,
            &settings(),
            &spec().project,
            &spec().user,
            &Tags::new(),
        );
        assert_eq!(
            sentences,
            [
                "tag `project` is `Fraud` instead of `fraud`",
                "tag `user` is missing, it should be `alice`",
            ]
        );
    }

    fn tags() -> impl Strategy<Value = Tags> {
        prop::collection::btree_map("[a-d]|aws:x", "[a-c]", 0..5).prop_map(Tags::from)
    }

    proptest! {
        #[test]
        fn a_change_leads_to_what_is_wanted(found in tags(), wanted in tags()) {
            let change = TagChange::between(&found, &wanted);
            let mut result = found.clone().overlaid(&change.set);
            for key in &change.remove {
                prop_assert!(!key.starts_with("aws:"));
                result.remove(key);
            }
            prop_assert!(result.contains_all(&wanted));
            prop_assert!(result.iter().all(|(key, _)| wanted.contains_key(key) || key.starts_with("aws:")));
            prop_assert_eq!(TagChange::between(&result, &wanted), TagChange::default());
        }
    }
}
