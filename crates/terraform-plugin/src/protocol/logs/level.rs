//! Log levels: from the environment, and per crate.

use tracing::Metadata;
use tracing::level_filters::LevelFilter;

use crate::protocol::Environment;

/// The level in the first of `TF_LOG_PROVIDER_{NAME}`, `TF_LOG_PROVIDER` and `TF_LOG` that is set
/// and not empty. As in Terraform, `JSON` and any value that is not a level mean TRACE
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

/// Whether a callsite is enabled at `level`. `crates` and this crate are logged at that level. The
/// AWS SDK is logged one level higher (at TRACE it prints whole requests), other dependencies only
/// at WARN and ERROR.
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
    fn from_environment_defaults_to_off() {
        assert_eq!(level(&[]), LevelFilter::OFF);
        assert_eq!(
            level(&[("TF_LOG", ""), ("TF_LOG_PROVIDER", "")]),
            LevelFilter::OFF
        );
        assert_eq!(level(&[("TF_LOG_CORE", "TRACE")]), LevelFilter::OFF);
    }

    #[test]
    fn from_environment_prefers_the_most_specific_variable() {
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
    fn from_environment_reads_other_values_as_trace() {
        assert_eq!(level(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(level(&[("TF_LOG", "1")]), LevelFilter::TRACE);
    }
}
