//! The Unix socket: in a private directory that is removed when the process ends.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Group};
use thiserror::Error;

use super::Environment;

const DIRECTORY: &str = "PLUGIN_UNIX_SOCKET_DIR";
const GROUP: &str = "PLUGIN_UNIX_SOCKET_GROUP";

/// Longest socket path that every Unix accepts, in bytes (with the terminating NUL, macOS allows
/// 104 and Linux 108).
const MAX_PATH: usize = 103;

const TEMPORARY: &str = "TMPDIR";

/// The directory if there is no temporary directory, or none that a socket can be in.
const DEFAULT_DIRECTORY: &str = "/tmp";

/// Errors of opening the socket.
#[derive(Debug, Error)]
pub(super) enum ListenError {
    #[error("cannot create a directory for the plugin's socket in `{}`: {cause}", path.display())]
    Directory { path: PathBuf, cause: io::Error },
    #[error(
        "the path `{}` is too long for a socket ({MAX_PATH} bytes at most): set PLUGIN_UNIX_SOCKET_DIR to a shorter one",
        path.display()
    )]
    TooLong { path: PathBuf },
    #[error(
        "the path `{}` cannot be passed to Terraform: set PLUGIN_UNIX_SOCKET_DIR to one without `|` and control characters",
        path.display().to_string().escape_debug()
    )]
    Unprintable { path: PathBuf },
    #[error("cannot find the working directory: {0}")]
    WorkingDirectory(io::Error),
    #[error("cannot listen on the socket `{}`: {cause}", path.display())]
    Bind { path: PathBuf, cause: io::Error },
    #[error(
        "cannot change the group of the plugin's socket to `{group}` (PLUGIN_UNIX_SOCKET_GROUP): {cause}"
    )]
    Group { group: String, cause: io::Error },
}

/// A directory that contains the socket; both are removed on drop.
#[derive(Debug)]
pub(super) struct SocketDirectory {
    directory: PathBuf,
    socket: PathBuf,
}

impl SocketDirectory {
    /// The path of the socket.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for SocketDirectory {
    fn drop(&mut self) {
        // The process is ending: an error could neither be handled nor shown.
        let _ignored = std::fs::remove_file(&self.socket);
        let _ignored = std::fs::remove_dir(&self.directory);
    }
}

/// Opens the socket in `PLUGIN_UNIX_SOCKET_DIR`, or in the temporary directory (`TMPDIR`, else
/// `/tmp`) if that is unset. The group in `PLUGIN_UNIX_SOCKET_GROUP` (name or number), if set, can connect too.
pub(super) fn bind(env: Environment<'_>) -> Result<(UnixListener, SocketDirectory), ListenError> {
    let set = |name| env(name).filter(|value| !value.is_empty());
    let group = set(GROUP)
        .map(|name| Ok((group_id(&name)?, name)))
        .transpose()?;
    let socket_dir = match set(DIRECTORY) {
        Some(directory) => make_directory(Path::new(&directory))?,
        None => match set(TEMPORARY).map(|directory| make_directory(Path::new(&directory))) {
            Some(Ok(made)) => made,
            Some(Err(_)) | None => make_directory(Path::new(DEFAULT_DIRECTORY))?,
        },
    };
    let listener = UnixListener::bind(&socket_dir.socket).map_err(|cause| ListenError::Bind {
        path: socket_dir.socket.clone(),
        cause,
    })?;
    if let Some((id, group)) = group {
        share(&socket_dir, id).map_err(|cause| ListenError::Group { group, cause })?;
    }
    Ok((listener, socket_dir))
}

fn make_directory(parent: &Path) -> Result<SocketDirectory, ListenError> {
    // The host can have another working directory.
    let parent = &std::path::absolute(parent).map_err(ListenError::WorkingDirectory)?;
    // `|` separates the fields of the handshake line, and a newline ends it.
    let printable = |path: &str| !path.contains(|c: char| c == '|' || c.is_control());
    if !parent.to_str().is_some_and(printable) {
        return Err(ListenError::Unprintable {
            path: parent.clone(),
        });
    }
    // The random name only avoids collisions. The mode protects the socket: `mkdir` either creates
    // a new directory with it or fails.
    for _ in 0..16 {
        let directory = parent.join(format!(
            "tfp-{:016x}",
            RandomState::new().hash_one(std::process::id())
        ));
        let socket = directory.join("s");
        if socket.as_os_str().len() > MAX_PATH {
            return Err(ListenError::TooLong { path: socket });
        }
        match std::fs::DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => return Ok(SocketDirectory { directory, socket }),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => {
                return Err(ListenError::Directory {
                    path: parent.clone(),
                    cause,
                });
            }
        }
    }
    let cause = io::Error::from(io::ErrorKind::AlreadyExists);
    Err(ListenError::Directory {
        path: parent.clone(),
        cause,
    })
}

fn group_id(group: &str) -> Result<u32, ListenError> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    let error = |cause| ListenError::Group {
        group: group.to_owned(),
        cause,
    };
    Group::from_name(group)
        .map_err(|cause| error(cause.into()))?
        .map(|found| Gid::as_raw(found.gid))
        .ok_or_else(|| error(io::Error::new(io::ErrorKind::NotFound, "no such group")))
}

/// Lets the group traverse the directory (without listing it) and connect to the socket.
fn share(socket_dir: &SocketDirectory, group: u32) -> io::Result<()> {
    for (path, mode) in [(&socket_dir.directory, 0o710), (&socket_dir.socket, 0o660)] {
        chown(path, None, Some(group))?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn bound(
        directory: &Path,
        group: Option<&str>,
    ) -> Result<(UnixListener, SocketDirectory), ListenError> {
        let directory = directory.to_str().unwrap().to_owned();
        bind(&move |name| match name {
            DIRECTORY => Some(directory.clone()),
            GROUP => group.map(str::to_owned),
            _ => None,
        })
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn bind_uses_a_private_directory_and_removes_it() {
        let parent = tempfile::tempdir().unwrap();
        let (_listener, socket_dir) = bound(parent.path(), None).unwrap();
        let socket = socket_dir.socket().to_owned();
        let directory = socket.parent().unwrap().to_owned();
        assert_eq!(directory.parent(), Some(parent.path()));
        assert_eq!(mode(&directory), 0o700);
        std::os::unix::net::UnixStream::connect(&socket).unwrap();
        drop(socket_dir);
        assert!(!directory.exists());
    }

    #[test]
    fn bind_accepts_a_group_number() {
        let parent = tempfile::tempdir().unwrap();
        let own = std::fs::metadata(parent.path()).unwrap().gid();
        let (_listener, socket_dir) = bound(parent.path(), Some(&own.to_string())).unwrap();
        assert_eq!(mode(socket_dir.socket()), 0o660);
        assert_eq!(mode(socket_dir.socket().parent().unwrap()), 0o710);
        assert_eq!(std::fs::metadata(socket_dir.socket()).unwrap().gid(), own);
    }

    #[test]
    fn bind_rejects_an_unknown_group() {
        let parent = tempfile::tempdir().unwrap();
        let error = bound(parent.path(), Some("no such group here")).unwrap_err();
        assert!(
            error.to_string().contains("`no such group here`"),
            "{error}"
        );
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn bind_rejects_a_configured_path_that_is_too_long() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("d".repeat(120));
        std::fs::create_dir(&long).unwrap();
        let error = bound(&long, None).unwrap_err();
        assert!(matches!(error, ListenError::TooLong { .. }), "{error}");
        assert!(
            error.to_string().contains("PLUGIN_UNIX_SOCKET_DIR"),
            "{error}"
        );
    }

    #[test]
    fn bind_refuses_paths_that_break_the_handshake_line() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["a|b", "a\nb", "a\u{7f}b"] {
            let odd = parent.path().join(name);
            std::fs::create_dir(&odd).unwrap();
            let error = bound(&odd, None).unwrap_err();
            assert!(matches!(error, ListenError::Unprintable { .. }), "{error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn bind_falls_back_from_an_unusable_temporary_directory() {
        let long = format!("/{}", "d".repeat(120));
        for temporary in ["", "/tmp/a|b", "/tmp/a\nb", "/no/such/directory", &long] {
            let env = |name: &str| (name == TEMPORARY).then(|| temporary.to_owned());
            let (_listener, socket_dir) = bind(&env).unwrap();
            let directory = socket_dir.socket().parent().unwrap();
            assert_eq!(directory.parent(), Some(Path::new(DEFAULT_DIRECTORY)));
        }
        let parent = tempfile::tempdir().unwrap();
        let temporary = parent.path().to_str().unwrap().to_owned();
        let (_listener, socket_dir) =
            bind(&move |name| (name == TEMPORARY).then(|| temporary.clone())).unwrap();
        assert!(socket_dir.socket().starts_with(parent.path()));
    }

    #[test]
    fn bind_names_a_missing_directory() {
        let error = bound(Path::new("/no/such/socket_dir"), None).unwrap_err();
        assert!(
            error.to_string().contains("`/no/such/socket_dir`"),
            "{error}"
        );
    }
}
