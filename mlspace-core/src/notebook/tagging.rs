//! Tags of a notebook instance: the desired ones, and changes.

use super::NotebookSpec;
use crate::{
    aws::Settings,
    name::{ProjectName, UserName},
    tags::{self, TagError, Tags},
};

/// All tags that the instance should have.
pub(crate) fn desired(spec: &NotebookSpec, settings: &Settings) -> Tags {
    all_tags(settings, &spec.project, &spec.user, &spec.tags)
}

/// All tags of a notebook with the own tags `own`. The platform's tags override all others, its own
/// ones override the provider's defaults.
pub fn all_tags(settings: &Settings, project: &ProjectName, user: &UserName, own: &Tags) -> Tags {
    settings
        .default_tags
        .clone()
        .overlaid(own)
        .overlaid(&tags::resource_tags(&settings.system_tag, project, user))
}

/// Checks how many tags a notebook with these own tags has in all.
///
/// # Errors
/// [`TagError::TooManyTogether`].
pub fn check_count(settings: &Settings, own: &Tags) -> Result<(), TagError> {
    let platform = [
        tags::SYSTEM,
        tags::PROJECT,
        tags::USER,
        tags::TOKEN,
        tags::SUSPENDED,
    ]
    .map(|key| (key, ""));
    let all = settings.default_tags.clone().overlaid(own);
    tags::check_together(&all.overlaid(&Tags::from(platform)), own.len())
}

/// Whether the tags prove that the instance belongs to this platform, project and user.
pub(crate) fn is_owned_by(
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
    /// Keys to remove.
    pub(crate) remove: Vec<String>,
}

impl TagChange {
    /// The change from `found` to `desired`. AWS's own tags (`aws:…`) are left out, because only
    /// AWS can change them; and the token is never removed.
    pub(crate) fn between(found: &Tags, desired: &Tags) -> Self {
        Self {
            set: desired
                .iter()
                .filter(|(key, value)| found.get(key) != Some(value))
                .collect(),
            remove: found
                .iter()
                .map(|(key, _)| key)
                .filter(|key| !desired.contains_key(key))
                .filter(|key| !key.starts_with("aws:"))
                .filter(|key| ![tags::TOKEN, tags::SUSPENDED].contains(key))
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// The notebook's own tags: without the platform's, and without the provider's defaults unless
/// `known`, the notebook's tags in the state, has them too.
pub(crate) fn own_tags(found: &Tags, settings: &Settings, known: Option<&Tags>) -> Tags {
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

/// A sentence for each tag of the platform or the provider's defaults that is missing or has
/// another value.
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
    fn desired_prefers_platform_tags() {
        let spec = NotebookSpec {
            tags: Tags::from([("env", "test"), ("project", "other"), ("team", "cards")]),
            ..spec()
        };
        let desired = desired(&spec, &settings());
        assert_eq!(
            desired,
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
    fn check_count_adds_tags_of_provider_and_platform() {
        let numbered = |prefix: &str, count: usize| {
            let tags = (0..count).map(|n| (format!("{prefix}{n}"), String::new()));
            Tags::from(tags.collect::<std::collections::BTreeMap<_, _>>())
        };
        let settings = Settings {
            default_tags: numbered("d", 30),
            ..Settings::default()
        };
        assert_eq!(check_count(&settings, &numbered("t", 15)), Ok(()));
        // Overridden defaults count once.
        assert_eq!(check_count(&settings, &numbered("d", 40)), Ok(()));
        let error = check_count(&settings, &numbered("t", 16)).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("51 tags") && text.contains("16"), "{text}");
    }

    #[test]
    fn is_owned_by_needs_all_three_tags() {
        let (project, user) = (&spec().project, &spec().user);
        let ours = Tags::from([
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
            ("x", "y"),
        ]);
        assert!(is_owned_by(&ours, &settings(), project, user));
        for key in ["system", "project", "user"] {
            let mut without = ours.clone();
            without.remove(key);
            assert!(!is_owned_by(&without, &settings(), project, user));
            let mut other = ours.clone();
            other.insert(key, "FRAUD");
            assert!(!is_owned_by(&other, &settings(), project, user));
        }
    }

    #[test]
    fn own_tags_leaves_out_added_tags() {
        let found = desired(
            &NotebookSpec {
                tags: Tags::from([("env", "prod"), ("team", "cards")]),
                ..spec()
            },
            &settings(),
        );
        assert_eq!(
            own_tags(&found, &settings(), None),
            Tags::from([("team", "cards")])
        );
        let known = Tags::from([("env", "prod")]);
        assert_eq!(
            own_tags(&found, &settings(), Some(&known)),
            Tags::from([("env", "prod"), ("team", "cards")])
        );
    }

    #[test]
    fn drift_names_tag_and_values() {
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
        fn tag_change_leads_to_desired_tags(found in tags(), desired in tags()) {
            let change = TagChange::between(&found, &desired);
            let mut result = found.clone().overlaid(&change.set);
            for key in &change.remove {
                prop_assert!(!key.starts_with("aws:"));
                result.remove(key);
            }
            prop_assert!(result.contains_all(&desired));
            prop_assert!(result.iter().all(|(key, _)| desired.contains_key(key) || key.starts_with("aws:")));
            prop_assert_eq!(TagChange::between(&result, &desired), TagChange::default());
        }
    }
}
