//! Which lines are wanted.

use tracing::Metadata;
use tracing::level_filters::LevelFilter;

use crate::protocol::Environment;

/// The level asked for by the first of `TF_LOG_PROVIDER_{NAME}`, `TF_LOG_PROVIDER` and `TF_LOG` that is set to
/// something. As in Terraform, `JSON` means everything, and so does a word that is no level
/// (developer.hashicorp.com/terraform/internals/debugging).
pub(super) fn from_environment(provider: &str, env: Environment<'_>) -> LevelFilter {
    let specific = format!(
        "TF_LOG_PROVIDER_{}",
        provider.to_ascii_uppercase().replace('-', "_")
    );
    [specific.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .filter_map(env)
        .map(|value| value.trim().to_ascii_uppercase())
        .find(|value| !value.is_empty())
        .map_or(LevelFilter::OFF, |value| match value.as_str() {
            "OFF" => LevelFilter::OFF,
            "ERROR" => LevelFilter::ERROR,
            "WARN" => LevelFilter::WARN,
            "INFO" => LevelFilter::INFO,
            "DEBUG" => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        })
}

/// Whether a callsite is wanted at `level`. `crates` and this crate are logged at that level. Dependencies log less: the
/// AWS SDK one level less (at trace it prints whole requests), everything else only warnings and errors.
pub(super) fn allows(level: LevelFilter, crates: &[&str], metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let root = target.split("::").next().unwrap_or(target);
    let limit = if root == env!("CARGO_CRATE_NAME") || crates.contains(&root) {
        level
    } else if root.starts_with("aws_") {
        match level {
            LevelFilter::TRACE => LevelFilter::DEBUG,
            LevelFilter::DEBUG => LevelFilter::INFO,
            other => other.min(LevelFilter::WARN),
        }
    } else {
        level.min(LevelFilter::WARN)
    };
    *metadata.level() <= limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(variables: &[(&str, &str)]) -> LevelFilter {
        from_environment("my-cloud", &|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn logs_are_off_unless_asked_for() {
        assert_eq!(level(&[]), LevelFilter::OFF);
        assert_eq!(
            level(&[("TF_LOG", ""), ("TF_LOG_PROVIDER", "")]),
            LevelFilter::OFF
        );
        assert_eq!(level(&[("TF_LOG_CORE", "TRACE")]), LevelFilter::OFF);
    }

    #[test]
    fn the_most_specific_variable_wins() {
        assert_eq!(level(&[("TF_LOG", "warn")]), LevelFilter::WARN);
        assert_eq!(
            level(&[("TF_LOG", "warn"), ("TF_LOG_PROVIDER", "INFO")]),
            LevelFilter::INFO
        );
        let all = [
            ("TF_LOG", "WARN"),
            ("TF_LOG_PROVIDER", "INFO"),
            ("TF_LOG_PROVIDER_MY_CLOUD", "error"),
        ];
        assert_eq!(level(&all), LevelFilter::ERROR);
        assert_eq!(
            level(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "off")]),
            LevelFilter::OFF
        );
    }

    #[test]
    fn json_and_words_that_are_no_level_mean_everything() {
        assert_eq!(level(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(level(&[("TF_LOG", "1")]), LevelFilter::TRACE);
    }
}
