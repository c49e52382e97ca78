//! The help texts.

use crate::support::Workspace;

#[test]
fn help_of_every_command() {
    let workspace = Workspace::new();
    for command in [
        "",
        "lint",
        "evaluate",
        "prove",
        "diff",
        "explain",
        "size",
        "pack",
        "equivalent",
        "generate",
        "access",
    ] {
        let run = workspace.run(&format!("{command} --help"));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        // The text of the root command has no name of its own.
        let name = if command.is_empty() { "root" } else { command };
        insta::assert_snapshot!(name, run.stdout);
    }
}
