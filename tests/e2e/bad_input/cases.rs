//! Invalid configurations, with the attribute that the error must name and the text that it must
//! contain.

use std::iter::once;

/// One invalid resource, to add to a valid configuration.
pub(crate) struct Case {
    /// A description for messages.
    pub(crate) name: String,
    /// The invalid attribute.
    pub(crate) attribute: &'static str,
    /// The resource's block.
    pub(crate) text: String,
    /// Text that the error must contain, in upper or lower case.
    pub(crate) says: &'static str,
    /// Invalid settings of the provider block.
    pub(crate) provider: &'static str,
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(projects());
    cases.extend(memberships());
    cases.extend(datasets());
    cases.extend(notebooks());
    cases.extend(providers());
    cases
}

fn resource(kind: &str, body: &[(&str, String)]) -> String {
    let lines: String = body
        .iter()
        .map(|(name, value)| format!("  {name} = {value}\n"))
        .collect();
    format!("resource \"mlspace_{kind}\" \"x\" {{\n{lines}}}\n")
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn case(what: &str, attribute: &'static str, says: &'static str, text: String) -> Case {
    Case {
        name: format!("{what} ({attribute})"),
        attribute,
        text,
        says,
        provider: "",
    }
}

/// A policy variable, escaped for HCL.
const VARIABLE: &str = "$${aws:username}";

fn projects() -> impl Iterator<Item = Case> {
    let long = "a".repeat(65);
    let names = [
        ("fra*ud", "*"),
        ("fraud?", "?"),
        (VARIABLE, ""),
        ("a/b", "/"),
        ("größe", ""),
        ("abcdefghijklmnopqrstuvwxy", "24"),
        ("", ""),
        ("global", "reserved"),
        ("private", "reserved"),
        ("fraud-models", ""),
        ("fraud models", ""),
        ("Fraud", "fraud"),
    ];
    let name = move |(name, says): (&str, &'static str)| {
        let body = [("name", quoted(name)), ("created_by", quoted("alice"))];
        case(
            &format!("project `{name}`"),
            "name",
            says,
            resource("project", &body),
        )
    };
    let termination = |(attribute, value): (&'static str, &str)| {
        let block = format!("\n  termination {{\n    {attribute} = {value}\n  }}\n");
        let text = resource("project", &[("name", quoted("other"))]);
        let text = text.replacen('\n', &block, 1);
        case(&format!("termination of {value}"), attribute, "", text)
    };
    let times = ["25:00", "7:00", "17:60", "17", "17:00:00", "noon"].map(quoted);
    let times: Vec<_> = times
        .iter()
        .map(|time| termination(("default_notebook_stop_time", time)))
        .collect();
    let hours = [
        ("default_endpoint_ttl_hours", "-1"),
        ("default_emr_cluster_ttl_hours", "-1"),
    ];
    let arn = quoted("arn:aws:iam::123456789012:policy/x");
    names
        .into_iter()
        .map(name)
        .chain(once(name((&long, "24"))))
        .chain(times)
        .chain(hours.into_iter().map(termination))
        .chain([
            case(
                "project without a name",
                "name",
                "",
                resource("project", &[]),
            ),
            case(
                "project with a computed attribute set",
                "policy_arn",
                "",
                resource("project", &[("name", quoted("other")), ("policy_arn", arn)]),
            ),
        ])
        .collect::<Vec<_>>()
        .into_iter()
}

fn memberships() -> impl Iterator<Item = Case> {
    let long = "u".repeat(65);
    let user = |(user, says): (&str, &'static str)| {
        let project = "mlspace_project.fraud.name".to_owned();
        let body = [("project", project), ("user", quoted(user))];
        case(
            &format!("user `{user}`"),
            "user",
            says,
            resource("membership", &body),
        )
    };
    let project = |(project, says): (&str, &'static str)| {
        let body = [("project", quoted(project)), ("user", quoted("bob"))];
        let text = resource("membership", &body);
        case(&format!("member of `{project}`"), "project", says, text)
    };
    [
        ("al*ce", "*"),
        ("al?ce", "?"),
        (VARIABLE, ""),
        ("a/b", "/"),
        ("élise", ""),
        ("", ""),
        ("CN=alice,OU=x", ""),
        ("-alice", ""),
        ("Alice", "alice"),
    ]
    .into_iter()
    .map(user)
    .chain(once(user((&long, "64"))))
    .chain(
        [("fr*", "*"), ("global", "reserved")]
            .into_iter()
            .map(project),
    )
    .collect::<Vec<_>>()
    .into_iter()
}

fn datasets() -> impl Iterator<Item = Case> {
    let long = "d".repeat(256);
    let name = |(name, says): (&str, &'static str)| {
        let body = [("name", quoted(name)), ("type", quoted("global"))];
        case(
            &format!("dataset `{name}`"),
            "name",
            says,
            resource("dataset", &body),
        )
    };
    let shape = |(attribute, says, body): (&'static str, &'static str, &str)| {
        let text = format!("resource \"mlspace_dataset\" \"x\" {{\n  name = \"x\"\n  {body}\n}}\n");
        case(&format!("dataset with {body}"), attribute, says, text)
    };
    [
        ("ca*ds", "*"),
        ("a/b", "/"),
        ("a_b", "_"),
        ("-a", ""),
        (VARIABLE, ""),
    ]
    .into_iter()
    .map(name)
    .chain(once(name((&long, "255"))))
    .chain(
        [
            ("type", "global", "type = \"shared\""),
            ("scope", "", "type = \"project\""),
            ("scope", "", "type = \"private\""),
            ("scope", "", "type = \"global\"\n  scope = \"fraud\""),
            (
                "scope",
                "",
                "type = \"group\"\n  scope = \"fraud\"\n  groups = [\"a\"]",
            ),
            (
                "groups",
                "",
                "type = \"project\"\n  scope = \"fraud\"\n  groups = [\"a\"]",
            ),
            ("scope", "*", "type = \"project\"\n  scope = \"fr*\""),
            ("scope", "", "type = \"private\"\n  scope = \"a/b\""),
            ("groups", "*", "type = \"group\"\n  groups = [\"a*\"]"),
        ]
        .into_iter()
        .map(shape),
    )
    .collect::<Vec<_>>()
    .into_iter()
}

fn notebook(what: &str, attribute: &'static str, says: &'static str, with: &str) -> Case {
    // `with` replaces the usual line of the same attribute, so that each case contains only what is
    // wrong.
    let usual = [
        ("name", "\"alice-fraud\""),
        ("project", "mlspace_membership.alice.project"),
        ("user", "mlspace_membership.alice.user"),
        ("instance_type", "\"ml.t3.medium\""),
    ];
    let lines: String = usual
        .iter()
        .filter(|(name, _)| !with.starts_with(&format!("{name} =")))
        .map(|(name, value)| format!("  {name} = {value}\n"))
        .collect();
    let text = format!("resource \"mlspace_notebook\" \"x\" {{\n{lines}  {with}\n}}\n");
    case(what, attribute, says, text)
}

fn notebooks() -> impl Iterator<Item = Case> {
    let mut cases = Vec::new();
    let long = "n".repeat(64);
    for name in ["a_b", "-a", "a-", "a*", "", &long] {
        let with = format!("name = \"{name}\"");
        cases.push(notebook(&format!("notebook `{name}`"), "name", "", &with));
    }
    for kind in [
        "t3.medium",
        "ml.t3",
        "ml.t3.medium.large",
        "ml.*.medium",
        "ML.T3.MEDIUM",
        "",
    ] {
        let with = format!("instance_type = \"{kind}\"");
        cases.push(notebook(
            &format!("instance `{kind}`"),
            "instance_type",
            "",
            &with,
        ));
    }
    for size in ["4", "0", "-1", "16385", "20.5"] {
        let with = format!("volume_size = {size}");
        cases.push(notebook(
            &format!("volume of {size}"),
            "volume_size",
            "",
            &with,
        ));
    }
    for time in ["24:00", "9:00", "19:00Z"] {
        let with = format!("daily_stop_time = \"{time}\"");
        cases.push(notebook(
            &format!("stop at {time}"),
            "daily_stop_time",
            "",
            &with,
        ));
    }
    for (key, says) in [
        ("system", "system"),
        ("project", "project"),
        ("user", "user"),
        ("Project", "project"),
        ("dynamic-user-role", "dynamic-user-role"),
        ("aws:owner", "aws:"),
    ] {
        let with = format!("tags = {{ \"{key}\" = \"x\" }}");
        cases.push(notebook(&format!("tag `{key}`"), "tags", says, &with));
    }
    let key = format!("tags = {{ \"{}\" = \"x\" }}", "k".repeat(129));
    cases.push(notebook("tag key of 129", "tags", "128", &key));
    let value = format!("tags = {{ k = \"{}\" }}", "v".repeat(257));
    cases.push(notebook("tag value of 257", "tags", "256", &value));
    cases.push(notebook(
        "non-member",
        "user",
        "member",
        "user = \"mallory\"",
    ));
    cases.push(notebook(
        "root access",
        "root_access",
        "",
        "root_access = true",
    ));
    let timeouts = "timeouts {\n    create = \"soon\"\n  }";
    cases.push(notebook("an invalid timeout", "create", "", timeouts));
    cases.into_iter()
}

fn providers() -> impl Iterator<Item = Case> {
    [
        ("iam_resource_prefix", "iam_resource_prefix = \"ML*\""),
        (
            "iam_resource_prefix",
            "iam_resource_prefix = \"pppppppppppppppppppppppppppppppppppppppppppppppppppp\"",
        ),
        ("iam_resource_prefix", "iam_resource_prefix = \"pppppppppppppppppppppp\""),
        ("allowed_account_ids", "allowed_account_ids = [\"12345\"]"),
        ("allowed_account_ids", "allowed_account_ids = []"),
        ("role_arn", "assume_role {\n    role_arn = \"deploy\"\n  }"),
        (
            "session_name",
            "assume_role {\n    role_arn     = \"arn:aws:iam::123456789012:role/a\"\n    session_name = \"my session\"\n  }",
        ),
        (
            "external_id",
            "assume_role {\n    role_arn    = \"arn:aws:iam::123456789012:role/a\"\n    external_id = \"x\"\n  }",
        ),
        ("system_tag", "system_tag = \"\""),
        ("default_tags", "default_tags = { system = \"x\" }"),
        ("policy_model", "policy_model = \"none\""),
    ]
    .into_iter()
    .map(|(attribute, provider)| Case {
        name: format!("provider: {provider}"),
        attribute,
        text: String::new(),
        says: "",
        provider,
    })
}
