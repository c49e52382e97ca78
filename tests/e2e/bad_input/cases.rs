//! The cases: what is written, which attribute the error must name, and what it must say.

/// One wrong configuration beside a right one.
pub(crate) struct Case {
    /// What is wrong with it.
    pub(crate) name: &'static str,
    /// The attribute at fault.
    pub(crate) attribute: &'static str,
    /// The resource.
    pub(crate) text: &'static str,
    /// What the error must say, whatever its case.
    pub(crate) says: &'static [&'static str],
    /// What is wrong in the provider block.
    pub(crate) provider: &'static str,
}

const fn case(
    name: &'static str,
    attribute: &'static str,
    says: &'static [&'static str],
    text: &'static str,
) -> Case {
    Case { name, attribute, text, says, provider: "" }
}

const fn provider(
    name: &'static str,
    attribute: &'static str,
    provider: &'static str,
) -> Case {
    Case { name, attribute, text: "", says: &[], provider }
}

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case(
        "project name with *",
        "name",
        &["*"],
        r#"resource "mlspace_project" "x" {
  name = "fra*ud"
  created_by = "alice"
}"#,
    ),
    case(
        "project name with ?",
        "name",
        &["?"],
        r#"resource "mlspace_project" "x" {
  name = "fraud?"
  created_by = "alice"
}"#,
    ),
    case(
        "project name with a policy variable",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "$${aws:username}"
  created_by = "alice"
}"#,
    ),
    case(
        "project name with /",
        "name",
        &["/"],
        r#"resource "mlspace_project" "x" {
  name = "a/b"
  created_by = "alice"
}"#,
    ),
    case(
        "project name with Unicode",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "größe"
  created_by = "alice"
}"#,
    ),
    case(
        "project name of 65 characters",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  created_by = "alice"
}"#,
    ),
    case(
        "project name of 25 characters",
        "name",
        &["24"],
        r#"resource "mlspace_project" "x" {
  name = "aaaaaaaaaaaaaaaaaaaaaaaaa"
  created_by = "alice"
}"#,
    ),
    case(
        "project name empty",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  name = ""
  created_by = "alice"
}"#,
    ),
    case(
        "project name reserved",
        "name",
        &["reserved"],
        r#"resource "mlspace_project" "x" {
  name = "global"
  created_by = "alice"
}"#,
    ),
    case(
        "project name reserved in other case",
        "name",
        &["reserved"],
        r#"resource "mlspace_project" "x" {
  name = "Global"
  created_by = "alice"
}"#,
    ),
    case(
        "project name reserved private",
        "name",
        &["reserved"],
        r#"resource "mlspace_project" "x" {
  name = "private"
  created_by = "alice"
}"#,
    ),
    case(
        "project name with a hyphen",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "fraud-models"
  created_by = "alice"
}"#,
    ),
    case(
        "project name with a space",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "fraud models"
  created_by = "alice"
}"#,
    ),
    case(
        "project name a twin in other case",
        "name",
        &["fraud"],
        r#"resource "mlspace_project" "x" {
  name = "Fraud"
  created_by = "alice"
}"#,
    ),
    case(
        "project without a name",
        "name",
        &[],
        r#"resource "mlspace_project" "x" {
  created_by = "alice"
}"#,
    ),
    case(
        "project with computed attribute",
        "policy_arn",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  policy_arn = "arn:aws:iam::123456789012:policy/x"
}"#,
    ),
    case(
        "project stop time 25:00",
        "default_notebook_stop_time",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_notebook_stop_time = "25:00"
  }
}"#,
    ),
    case(
        "project stop time 7:00",
        "default_notebook_stop_time",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_notebook_stop_time = "7:00"
  }
}"#,
    ),
    case(
        "project stop time 17:60",
        "default_notebook_stop_time",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_notebook_stop_time = "17:60"
  }
}"#,
    ),
    case(
        "project stop time 17",
        "default_notebook_stop_time",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_notebook_stop_time = "17"
  }
}"#,
    ),
    case(
        "project stop time 17:00:00",
        "default_notebook_stop_time",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_notebook_stop_time = "17:00:00"
  }
}"#,
    ),
    case(
        "project stop time noon",
        "default_notebook_stop_time",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_notebook_stop_time = "noon"
  }
}"#,
    ),
    case(
        "project default_endpoint_ttl_hours negative",
        "default_endpoint_ttl_hours",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_endpoint_ttl_hours = -1
  }
}"#,
    ),
    case(
        "project default_emr_cluster_ttl_hours negative",
        "default_emr_cluster_ttl_hours",
        &[],
        r#"resource "mlspace_project" "x" {
  name = "other"
  created_by = "alice"
  termination {
    default_emr_cluster_ttl_hours = -1
  }
}"#,
    ),
    case(
        "membership user with *",
        "user",
        &["*"],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "al*ce"
}"#,
    ),
    case(
        "membership user with ?",
        "user",
        &["?"],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "al?ce"
}"#,
    ),
    case(
        "membership user with a policy variable",
        "user",
        &[],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "$${aws:username}"
}"#,
    ),
    case(
        "membership user with /",
        "user",
        &["/"],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "a/b"
}"#,
    ),
    case(
        "membership user with Unicode",
        "user",
        &[],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "élise"
}"#,
    ),
    case(
        "membership user of 65 characters",
        "user",
        &["64"],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
}"#,
    ),
    case(
        "membership user empty",
        "user",
        &[],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = ""
}"#,
    ),
    case(
        "membership user with = and ,",
        "user",
        &[],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "CN=alice,OU=x"
}"#,
    ),
    case(
        "membership user starting with a hyphen",
        "user",
        &[],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "-alice"
}"#,
    ),
    case(
        "membership user twin in other case",
        "user",
        &["alice"],
        r#"resource "mlspace_membership" "x" {
  project = mlspace_project.fraud.name
  user = "Alice"
}"#,
    ),
    case(
        "membership project with *",
        "project",
        &["*"],
        r#"resource "mlspace_membership" "x" {
  project = "fr*"
  user = "bob"
}"#,
    ),
    case(
        "membership project reserved",
        "project",
        &[],
        r#"resource "mlspace_membership" "x" {
  project = "global"
  user = "bob"
}"#,
    ),
    case(
        "dataset name with *",
        "name",
        &["*"],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "ca*ds"
  type = "global"
}"#,
    ),
    case(
        "dataset name with /",
        "name",
        &["/"],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "a/b"
  type = "global"
}"#,
    ),
    case(
        "dataset name with _",
        "name",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "a_b"
  type = "global"
}"#,
    ),
    case(
        "dataset name of 256 characters",
        "name",
        &["255"],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
  type = "global"
}"#,
    ),
    case(
        "dataset name starting with a hyphen",
        "name",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "-a"
  type = "global"
}"#,
    ),
    case(
        "dataset name with a policy variable",
        "name",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "$${aws:userid}"
  type = "global"
}"#,
    ),
    case(
        "dataset type unknown",
        "type",
        &["global"],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "shared"
}"#,
    ),
    case(
        "dataset project type without scope",
        "scope",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "project"
}"#,
    ),
    case(
        "dataset private type without scope",
        "scope",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "private"
}"#,
    ),
    case(
        "dataset global type with scope",
        "scope",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "global"
  scope = "fraud"
}"#,
    ),
    case(
        "dataset group type with scope",
        "scope",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "group"
  scope = "fraud"
  groups = ["a"]
}"#,
    ),
    case(
        "dataset project type with groups",
        "groups",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "project"
  scope = "fraud"
  groups = ["analysts"]
}"#,
    ),
    case(
        "dataset scope with *",
        "scope",
        &["*"],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "project"
  scope = "fr*"
}"#,
    ),
    case(
        "dataset scope with /",
        "scope",
        &[],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "private"
  scope = "a/b"
}"#,
    ),
    case(
        "dataset group name with *",
        "groups",
        &["*"],
        r#"resource "mlspace_dataset" "x" {
  created_by = "alice"
  name = "x"
  type = "group"
  groups = ["a*"]
}"#,
    ),
    case(
        "notebook name with _",
        "name",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "a_b"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"

}"#,
    ),
    case(
        "notebook name starting with a hyphen",
        "name",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "-a"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"

}"#,
    ),
    case(
        "notebook name ending with a hyphen",
        "name",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "a-"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"

}"#,
    ),
    case(
        "notebook name of 64 characters",
        "name",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"

}"#,
    ),
    case(
        "notebook name with *",
        "name",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "a*"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"

}"#,
    ),
    case(
        "notebook instance type `t3.medium`",
        "instance_type",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "t3.medium"
}"#,
    ),
    case(
        "notebook instance type `ml.t3`",
        "instance_type",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3"
}"#,
    ),
    case(
        "notebook instance type `ml.t3.medium.large`",
        "instance_type",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium.large"
}"#,
    ),
    case(
        "notebook instance type `ml.*.medium`",
        "instance_type",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.*.medium"
}"#,
    ),
    case(
        "notebook instance type `ML.T3.MEDIUM`",
        "instance_type",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ML.T3.MEDIUM"
}"#,
    ),
    case(
        "notebook instance type ``",
        "instance_type",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = ""
}"#,
    ),
    case(
        "notebook volume of 4 GB",
        "volume_size",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  volume_size = 4
}"#,
    ),
    case(
        "notebook volume of 0 GB",
        "volume_size",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  volume_size = 0
}"#,
    ),
    case(
        "notebook volume of -1 GB",
        "volume_size",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  volume_size = -1
}"#,
    ),
    case(
        "notebook volume of 16385 GB",
        "volume_size",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  volume_size = 16385
}"#,
    ),
    case(
        "notebook volume of a fraction",
        "volume_size",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  volume_size = 20.5
}"#,
    ),
    case(
        "notebook stop time 24:00",
        "daily_stop_time",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  daily_stop_time = "24:00"
}"#,
    ),
    case(
        "notebook stop time 9:00",
        "daily_stop_time",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  daily_stop_time = "9:00"
}"#,
    ),
    case(
        "notebook stop time 19:00Z",
        "daily_stop_time",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  daily_stop_time = "19:00Z"
}"#,
    ),
    case(
        "notebook tag system",
        "tags",
        &["system"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "system" = "x" }
}"#,
    ),
    case(
        "notebook tag project",
        "tags",
        &["project"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "project" = "x" }
}"#,
    ),
    case(
        "notebook tag user",
        "tags",
        &["user"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "user" = "x" }
}"#,
    ),
    case(
        "notebook tag Project",
        "tags",
        &["project"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "Project" = "x" }
}"#,
    ),
    case(
        "notebook tag dynamic-user-role",
        "tags",
        &["dynamic-user-role"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "dynamic-user-role" = "x" }
}"#,
    ),
    case(
        "notebook tag aws:owner",
        "tags",
        &["aws:owner"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "aws:owner" = "x" }
}"#,
    ),
    case(
        "notebook tag key of 129 characters",
        "tags",
        &["128"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" = "x" }
}"#,
    ),
    case(
        "notebook tag value of 257 characters",
        "tags",
        &["256"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  tags = { k = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv" }
}"#,
    ),
    case(
        "notebook user who isn't a member",
        "user",
        &["member"],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = "mallory"
  instance_type = "ml.t3.medium"

}"#,
    ),
    case(
        "notebook root access",
        "root_access",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  root_access = true
}"#,
    ),
    case(
        "notebook timeout that is none",
        "create",
        &[],
        r#"resource "mlspace_notebook" "x" {
  name = "alice-fraud"
  project = mlspace_membership.alice.project
  user = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
  timeouts {
    create = "soon"
  }
}"#,
    ),
    provider("provider prefix with *", "iam_resource_prefix", r#"iam_resource_prefix = "ML*""#),
    provider("provider prefix too long for roles", "iam_resource_prefix", r#"iam_resource_prefix = "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp""#),
    provider("provider empty system tag", "system_tag", r#"system_tag = """#),
    provider("provider reserved default tag", "default_tags", r#"default_tags = { system = "x" }"#),
    provider("provider unknown policy model", "policy_model", r#"policy_model = "none""#),
];
