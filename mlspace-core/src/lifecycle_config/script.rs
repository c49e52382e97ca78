//! The scripts of a lifecycle configuration: written from a spec, and read back into one.
//!
//! The script of a start carries its settings in a comment and its files compressed, since SageMaker
//! takes 16,384 characters of base64
//! (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NotebookInstanceLifecycleHook.html>).

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::api::Scripts;
use super::spec::{CodeArtifact, LifecycleConfigSpec, LifecycleConfigSpecError, directory_of};
use crate::sdk_config::{self, SdkConfig, SdkTenant};

const TEMPLATE: &str = include_str!("on_start.sh");
const CONFIGURE: &str = include_str!("scripts/configure.py");
const IDLE_STOP: &str = include_str!("scripts/idle_stop.py");

/// Largest size of a script in bytes: 16,384 characters of base64.
const LIMIT: usize = 16_384 / 4 * 3;
/// Largest size of the files in a script, against scripts of others that only look like ours.
const FILES_LIMIT: u64 = 1 << 20;

const SETTINGS: &str = "# settings: ";
const PAYLOAD: (&str, &str) = ("payload = \"", "\"\n");
/// The own script of each start, among the files.
const OWN: &str = "on_start";

/// Placeholders that `configure.py` fills in at each start of an instance.
const TENANT: SdkTenant<'static> = SdkTenant {
    project: "@PROJECT@",
    user: "@USER@",
    role_arn: "@ROLE_ARN@",
};

/// Placeholder for the security groups of the instance, where the platform has none for all.
const SECURITY_GROUPS: &str = "@SECURITY_GROUPS@";

/// The settings in the comment.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    sdk_defaults: bool,
    idle_stop: Option<String>,
    code_artifact: Option<CodeArtifact>,
    git_repositories: Vec<String>,
}

/// Writes the scripts of a spec that [`LifecycleConfigSpec::check`] accepts.
///
/// # Errors
/// [`LifecycleConfigSpecError::TooLong`].
pub(super) fn render(
    spec: &LifecycleConfigSpec,
    platform: &SdkConfig,
) -> Result<Scripts, LifecycleConfigSpecError> {
    let own = spec.on_start.as_deref();
    let on_start = if spec.has_settings() {
        Some(render_start(spec, platform))
    } else {
        own.map(str::to_owned)
    };
    fits("on_create", spec.on_create.as_deref(), "")?;
    let with_settings = if spec.has_settings() {
        " together with what the settings add, which is compressed"
    } else {
        ""
    };
    fits("on_start", on_start.as_deref(), with_settings)?;
    Ok(Scripts {
        on_create: spec.on_create.clone(),
        on_start,
    })
}

fn fits(
    attribute: &'static str,
    script: Option<&str>,
    with_settings: &'static str,
) -> Result<(), LifecycleConfigSpecError> {
    match script.map_or(0, str::len) {
        size if size <= LIMIT => Ok(()),
        size => Err(LifecycleConfigSpecError::TooLong {
            attribute,
            size,
            limit: LIMIT,
            with_settings,
        }),
    }
}

fn render_start(spec: &LifecycleConfigSpec, platform: &SdkConfig) -> String {
    let settings = Settings {
        sdk_defaults: spec.sdk_defaults,
        idle_stop: spec.idle_stop.map(|time| time.to_string()),
        code_artifact: spec.code_artifact.clone(),
        git_repositories: spec.git_repositories.clone(),
    };
    let settings = serde_json::to_string(&settings).unwrap_or_default();
    let mut script = TEMPLATE
        .replace("@SETTINGS@", &settings)
        .replace("@PAYLOAD@", &compress(&files(spec, platform)));
    if spec.sdk_defaults {
        script.push_str(
            "\n# SDK defaults: https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html\n\
             \"$python\" \"$home/configure.py\" ||\n  \
             echo 'The SDKs are not configured: code has to name network, keys and tags itself.' >&2\n",
        );
    }
    if let Some(time) = spec.idle_stop {
        script.push_str(&format!(
            "\n# Idle stop\n\
             systemd-run --quiet --unit=mlspace-idle-stop --on-active=5m --on-unit-active=5m \\\n  \
             \"$python\" \"$home/idle_stop.py\" {} || echo 'Idle stop is not active.' >&2\n",
            time.minutes()
        ));
    }
    if let Some(CodeArtifact {
        domain,
        domain_owner,
        repository,
    }) = &spec.code_artifact
    {
        let owner = domain_owner
            .as_ref()
            .map(|owner| format!(" --domain-owner {owner}"))
            .unwrap_or_default();
        script.push_str(&format!(
            "\n# Packages. A token of CodeArtifact is valid for 12 hours.\n\
             systemd-run --quiet --unit=mlspace-packages --uid=ec2-user --on-active=1s --on-unit-active=10h \\\n  \
             --setenv=PATH=\"$anaconda/bin:$PATH\" \\\n  \
             aws codeartifact login --tool pip --domain {domain}{owner} --repository {repository} ||\n  \
             echo 'pip is not logged in to CodeArtifact.' >&2\n"
        ));
    }
    if !spec.git_repositories.is_empty() {
        script.push_str("\n# Repositories, in the background: a start may take five minutes.\n");
        if spec
            .git_repositories
            .iter()
            .any(|url| url.contains("git-codecommit."))
        {
            script.push_str(
                "git config --system credential.helper '!aws codecommit credential-helper $@'\n\
                 git config --system credential.UseHttpPath true\n",
            );
        }
        script.push_str("sudo -u ec2-user nohup bash >/dev/null 2>&1 <<'CLONE' &\ncd /home/ec2-user/SageMaker\n");
        for url in &spec.git_repositories {
            let directory = directory_of(url);
            script.push_str(&format!(
                "[ -e '{directory}' ] || git clone --quiet '{url}' '{directory}'\n"
            ));
        }
        script.push_str("CLONE\n");
    }
    if spec.on_start.is_some() {
        script.push_str(&format!(
            "\nchmod 755 \"$home/{OWN}\"\n\
             case \"$(head -c 2 \"$home/{OWN}\")\" in\n  \
             '#!') exec \"$home/{OWN}\" ;;\n  \
             *) exec bash \"$home/{OWN}\" ;;\nesac\n"
        ));
    }
    script
}

/// The files that a start writes, by name.
fn files(spec: &LifecycleConfigSpec, platform: &SdkConfig) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut add = |name: &str, text: &str| files.insert(name.to_owned(), text.to_owned());
    if spec.sdk_defaults {
        let mut platform = platform.clone();
        if platform.security_group_ids.is_empty() {
            platform.security_group_ids = vec![SECURITY_GROUPS.to_owned()];
        }
        let templates = BTreeMap::from([
            (
                "/opt/mlspace/tenant.json",
                platform.plugin_settings(TENANT).to_string(),
            ),
            (
                "/etc/xdg/sagemaker/config.yaml",
                platform.defaults_file(TENANT).to_string(),
            ),
        ]);
        add("mlspace_sdk.py", sdk_config::PLUGIN);
        add("mlspace_startup.py", sdk_config::STARTUP);
        add("configure.py", CONFIGURE);
        add(
            "templates.json",
            &serde_json::to_string(&templates).unwrap_or_default(),
        );
    }
    if spec.idle_stop.is_some() {
        add("idle_stop.py", IDLE_STOP);
    }
    if let Some(own) = &spec.on_start {
        add(OWN, own);
    }
    files
}

fn compress(files: &BTreeMap<String, String>) -> String {
    let json = serde_json::to_vec(files).unwrap_or_default();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let compressed = encoder
        .write_all(&json)
        .and_then(|()| encoder.finish())
        .unwrap_or_default();
    STANDARD.encode(compressed)
}

fn decompress(payload: &str) -> Option<BTreeMap<String, String>> {
    let compressed = STANDARD.decode(payload).ok()?;
    let mut json = Vec::new();
    GzDecoder::new(compressed.as_slice())
        .take(FILES_LIMIT)
        .read_to_end(&mut json)
        .ok()?;
    serde_json::from_slice(&json).ok()
}

/// The spec that scripts come from. Scripts that were written otherwise are one's own.
pub(super) fn read(name: &str, scripts: &Scripts) -> LifecycleConfigSpec {
    let own = LifecycleConfigSpec {
        name: name.to_owned(),
        on_create: scripts.on_create.clone(),
        on_start: scripts.on_start.clone(),
        ..LifecycleConfigSpec::default()
    };
    scripts
        .on_start
        .as_deref()
        .and_then(|script| read_start(script, &own))
        .unwrap_or(own)
}

fn read_start(script: &str, own: &LifecycleConfigSpec) -> Option<LifecycleConfigSpec> {
    let settings = script
        .lines()
        .find_map(|line| line.strip_prefix(SETTINGS))?;
    let settings: Settings = serde_json::from_str(settings).ok()?;
    let (_, rest) = script.split_once(PAYLOAD.0)?;
    let (payload, _) = rest.split_once(PAYLOAD.1)?;
    let mut files = decompress(payload)?;
    let idle_stop = match settings.idle_stop {
        Some(text) => Some(text.parse().ok()?),
        None => None,
    };
    Some(LifecycleConfigSpec {
        sdk_defaults: settings.sdk_defaults,
        idle_stop,
        code_artifact: settings.code_artifact,
        git_repositories: settings.git_repositories,
        on_start: files.remove(OWN),
        ..own.clone()
    })
}
