//! The profiles of the shared AWS configuration files.
//!
//! The SDK looks elsewhere for credentials when a profile does not exist, and may find those of
//! another account. Therefore the name is looked up first.

use std::path::{Path, PathBuf};

use super::error::ConnectionFault;

/// The variable that names a profile.
const VARIABLE: &str = "AWS_PROFILE";

/// The profile of the environment, if it names one.
pub(super) fn from_environment() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|name| !name.is_empty())
}

/// The shared files, where they are by default or where the environment says (*Location of the
/// shared files*: <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>).
pub(super) fn shared_files() -> [PathBuf; 2] {
    [
        ("AWS_CONFIG_FILE", ".aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ]
    .map(|(variable, default)| {
        let home = std::env::home_dir().unwrap_or_default();
        match std::env::var_os(variable).filter(|path| !path.is_empty()) {
            Some(path) => {
                let path = PathBuf::from(path);
                path.strip_prefix("~")
                    .map_or_else(|_| path.clone(), |rest| home.join(rest))
            }
            None => home.join(default),
        }
    })
}

/// Checks that a profile exists in one of the files.
///
/// # Errors
/// A fault that names the profile, the setting that it comes from, and the files.
pub(super) fn check(explicit: Option<&str>, files: &[PathBuf; 2]) -> Result<(), ConnectionFault> {
    let (name, setting) = match (explicit, from_environment()) {
        (Some(name), _) => (name.to_owned(), "`profile` in the provider block"),
        // The default profile does not have to exist.
        (None, Some(name)) if name != "default" => (name, VARIABLE),
        _ => return Ok(()),
    };
    if files.iter().any(|file| has_profile(file, &name)) {
        return Ok(());
    }
    let [config, credentials] = files;
    Err(ConnectionFault {
        summary: "AWS profile not found",
        message: format!(
            "the profile `{}` is in neither of the files `{}` and `{}`",
            name.escape_debug(),
            config.display(),
            credentials.display()
        ),
        remedy: format!("correct {setting}, or add the profile with `aws configure --profile`"),
    })
}

/// Whether the file has a section for the profile. A file that cannot be read has none.
fn has_profile(file: &Path, name: &str) -> bool {
    let content = std::fs::read(file).unwrap_or_default();
    String::from_utf8_lossy(&content)
        .lines()
        .any(|line| section(line) == Some(name))
}

/// The name in `[name]` or `[profile name]`.
fn section(line: &str) -> Option<&str> {
    let (header, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    let header = header.trim();
    let name = header
        .strip_prefix("profile")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .unwrap_or(header);
    Some(name.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_reads_headers() {
        for (line, name) in [
            ("[p1]", Some("p1")),
            ("  [ profile p1 ] # comment", Some("p1")),
            ("[profile \"my team\"]", Some("my team")),
            ("[profile]", Some("profile")),
            ("[profiles]", Some("profiles")),
            ("[sso-session corp]", Some("sso-session corp")),
            ("aws_access_key_id = [p1]", None),
            ("[p1", None),
        ] {
            assert_eq!(section(line), name, "{line}");
        }
    }

    #[test]
    fn check_names_profile_and_files() {
        let folder = std::env::temp_dir().join(format!("mlspace-profiles-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let files = [folder.join("config"), folder.join("credentials")];
        std::fs::write(&files[1], "[p1]\naws_access_key_id = k\n").unwrap();
        assert_eq!(check(Some("p1"), &files), Ok(()));
        let fault = check(Some("nope"), &files).unwrap_err();
        assert_eq!(fault.summary, "AWS profile not found");
        for part in ["`nope`", "config`", "credentials`"] {
            assert!(fault.message.contains(part), "{fault}");
        }
        assert!(fault.remedy.contains("`profile`"), "{}", fault.remedy);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
