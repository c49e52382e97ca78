//! The Unix socket: in a directory of its own that only its user can enter, gone when the process ends.

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

/// Longest path of a socket that every Unix takes, in bytes (macOS has 104 with the end mark, Linux 108).
const MAX_PATH: usize = 103;

/// Where sockets go when the temporary directory's path is too long for them.
const SHORT_DIRECTORY: &str = "/tmp";

/// Why no socket could be opened.
#[derive(Debug, Error)]
pub(super) enum ListenError {
    #[error("cannot make a directory for the plugin's socket in `{}`: {cause}", path.display())]
    Directory { path: PathBuf, cause: io::Error },
    #[error(
        "the path `{}` is too long for a socket ({MAX_PATH} bytes at most): set PLUGIN_UNIX_SOCKET_DIR to a shorter one",
        path.display()
    )]
    TooLong { path: PathBuf },
    #[error("cannot listen on the socket `{}`: {cause}", path.display())]
    Bind { path: PathBuf, cause: io::Error },
    #[error(
        "cannot give the plugin's socket to the group `{group}` of PLUGIN_UNIX_SOCKET_GROUP: {cause}"
    )]
    Group { group: String, cause: io::Error },
}

/// A directory with the socket in it; both go when this is dropped.
#[derive(Debug)]
pub(super) struct SocketDirectory {
    directory: PathBuf,
    socket: PathBuf,
}

impl SocketDirectory {
    /// The socket's path.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for SocketDirectory {
    fn drop(&mut self) {
        // Already gone, or not ours to force: nothing more can be done at the end.
        let _gone = std::fs::remove_file(&self.socket);
        let _gone = std::fs::remove_dir(&self.directory);
    }
}

/// Opens the socket. `PLUGIN_UNIX_SOCKET_DIR` says where, else the temporary directory; `PLUGIN_UNIX_SOCKET_GROUP`
/// names a group, by name or number, that may connect too.
pub(super) fn bind(env: Environment<'_>) -> Result<(UnixListener, SocketDirectory), ListenError> {
    let set = |name| env(name).filter(|value| !value.is_empty());
    let group = set(GROUP)
        .map(|name| Ok((group_id(&name)?, name)))
        .transpose()?;
    let place = match set(DIRECTORY) {
        Some(directory) => make_directory(Path::new(&directory))?,
        None => match make_directory(&std::env::temp_dir()) {
            Err(ListenError::TooLong { .. } | ListenError::Directory { .. }) => {
                make_directory(Path::new(SHORT_DIRECTORY))?
            }
            made => made?,
        },
    };
    let listener = UnixListener::bind(&place.socket).map_err(|cause| ListenError::Bind {
        path: place.socket.clone(),
        cause,
    })?;
    if let Some((id, group)) = group {
        share(&place, id).map_err(|cause| ListenError::Group { group, cause })?;
    }
    Ok((listener, place))
}

fn make_directory(parent: &Path) -> Result<SocketDirectory, ListenError> {
    // Random names only avoid collisions; what protects the socket is the mode, which `mkdir` sets on a new directory
    // or fails.
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
                    path: parent.to_owned(),
                    cause,
                });
            }
        }
    }
    let cause = io::Error::from(io::ErrorKind::AlreadyExists);
    Err(ListenError::Directory {
        path: parent.to_owned(),
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

/// Lets the group through the directory (not list it) and connect to the socket.
fn share(place: &SocketDirectory, group: u32) -> io::Result<()> {
    for (path, mode) in [(&place.directory, 0o710), (&place.socket, 0o660)] {
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
    fn the_socket_is_in_a_private_directory_and_goes_with_it() {
        let parent = tempfile::tempdir().unwrap();
        let (_listener, place) = bound(parent.path(), None).unwrap();
        let socket = place.socket().to_owned();
        let directory = socket.parent().unwrap().to_owned();
        assert_eq!(directory.parent(), Some(parent.path()));
        assert_eq!(mode(&directory), 0o700);
        std::os::unix::net::UnixStream::connect(&socket).unwrap();
        drop(place);
        assert!(!directory.exists());
    }

    #[test]
    fn a_group_may_be_let_in_by_number() {
        let parent = tempfile::tempdir().unwrap();
        let own = std::fs::metadata(parent.path()).unwrap().gid();
        let (_listener, place) = bound(parent.path(), Some(&own.to_string())).unwrap();
        assert_eq!(mode(place.socket()), 0o660);
        assert_eq!(mode(place.socket().parent().unwrap()), 0o710);
        assert_eq!(std::fs::metadata(place.socket()).unwrap().gid(), own);
    }

    #[test]
    fn an_unknown_group_is_an_error_and_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let error = bound(parent.path(), Some("no such group here")).unwrap_err();
        assert!(
            error.to_string().contains("`no such group here`"),
            "{error}"
        );
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_long_directory_is_refused_with_the_remedy_when_it_was_asked_for() {
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
    fn a_missing_directory_is_named() {
        let error = bound(Path::new("/no/such/place"), None).unwrap_err();
        assert!(error.to_string().contains("`/no/such/place`"), "{error}");
    }
}
