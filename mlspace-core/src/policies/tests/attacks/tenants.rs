//! Tags and names of tenants.

use super::*;

#[test]
fn resources_cannot_move_between_tenants() {
    let tagged = ["project", "user"].map(|key| format!("aws:ResourceTag/{key}"));
    let mlspace = mlspace_role([
        Statement::allow("")
            .actions(["sagemaker:AddTags"])
            .resources([arn("*")]),
        Statement::allow("")
            .actions(["sagemaker:InvokeEndpoint"])
            .resources([arn("*")]),
        // Its denials of other tenants list actions, and AddTags is missing from the list.
        Statement::deny("")
            .actions(["sagemaker:InvokeEndpoint", "sagemaker:DeleteEndpoint"])
            .resources(["*"])
            .when(
                Operator::StringNotEqualsIgnoreCase,
                tagged[0].as_str(),
                ["foo"],
            )
            .when(
                Operator::StringNotEqualsIgnoreCase,
                "aws:RequestTag/project",
                ["foo"],
            ),
    ]);
    let endpoint = arn("endpoint/theirs");
    let invoke =
        |project: &str, user: &str| operate("sagemaker:InvokeEndpoint", &endpoint, project, user);
    let retag = operate("sagemaker:AddTags", &endpoint, "bar", "bob")
        .request_tag("project", "foo")
        .request_tag("user", "alice");
    denies(&mlspace, &invoke("bar", "bob"));
    allows(&mlspace, &retag);
    allows(&mlspace, &invoke("foo", "alice"));

    denies(&with_broad_base(), &retag);
    denies(
        &with_broad_base(),
        &operate("sagemaker:DeleteTags", &endpoint, "bar", "bob"),
    );
    // The same for own resources, since giving them away would move data to another tenant.
    let give = operate("sagemaker:AddTags", &arn("endpoint/own"), "foo", "alice")
        .request_tag("project", "bar");
    denies(&with_broad_base(), &give);
    denies(
        &with_broad_base(),
        &operate("sagemaker:DeleteTags", &arn("endpoint/own"), "foo", "alice"),
    );
    let creating = create("sagemaker:AddTags", &arn("endpoint/new"), "foo", "alice")
        .context("sagemaker:TaggingAction", ["CreateEndpoint"]);
    allows(&membership(), &creating);
}

#[test]
fn names_cannot_be_patterns() {
    let mlspace = |name: &str| {
        mlspace_role([Statement::allow("")
            .actions(["s3:GetObject"])
            .resources([format!("{BUCKET}/group/datasets/{name}/*")])])
    };
    let secret = ask("s3:GetObject", &format!("{BUCKET}/group/datasets/secret/x"));
    for name in ["*", "s?cret", "sec*", "${aws:PrincipalTag/none, 'secret'}"] {
        allows(&mlspace(name), &secret);
        name.parse::<DatasetName>().unwrap_err();
        name.parse::<ProjectName>().unwrap_err();
        name.parse::<UserName>().unwrap_err();
        name.parse::<GroupName>().unwrap_err();
    }
    denies(&membership(), &secret);
    allows(
        &membership(),
        &ask("s3:GetObject", &format!("{BUCKET}/group/datasets/cards/x")),
    );
}

#[test]
fn names_are_case_sensitive() {
    let keys = ["aws:RequestTag/project", "aws:ResourceTag/project"];
    let deny = keys.into_iter().fold(
        Statement::deny("")
            .actions(["sagemaker:DescribeModel"])
            .resources(["*"]),
        |deny, key| deny.when(Operator::StringNotEqualsIgnoreCase, key, ["foo"]),
    );
    let mlspace = mlspace_role([
        Statement::allow("")
            .actions(["sagemaker:*"])
            .resources(["*"]),
        deny,
    ]);
    let model = |project: &str, user: &str| {
        operate("sagemaker:DescribeModel", &arn("model/m"), project, user)
    };
    denies(&mlspace, &model("bar", "alice"));
    allows(&mlspace, &model("Foo", "alice"));

    for (project, user) in [("Foo", "alice"), ("FOO", "alice"), ("foo", "Alice")] {
        // Members of a project see each other's models.
        if project != "foo" {
            denies(&with_broad_base(), &model(project, user));
        }
        denies(
            &with_broad_base(),
            &create("sagemaker:CreateModel", &arn("model/m"), project, user),
        );
    }
    allows(&membership(), &model("foo", "alice"));
    // IAM compares names of roles and policies case-insensitively, so `Foo` would have the role and
    // the policy of `foo`. The provider rejects the second project, which end-to-end tests check.
}

#[test]
fn suspension_applies_to_existing_resources() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let suspended =
        project_policy(&context, &project("foo"), &ProjectAccess::default(), true).unwrap();
    let active =
        project_policy(&context, &project("foo"), &ProjectAccess::default(), false).unwrap();
    let object = ask("s3:GetObject", &format!("{BUCKET}/project/foo/x"));
    let job = operate("sagemaker:DescribeModel", &arn("model/m"), "foo", "alice");
    let with = |document: &Document| with_broad_base().identity("project", document);
    for request in [object, job] {
        // MLSpace changes its record but not the policy.
        allows(&with(&active), &request);
        denies(&with(&suspended), &request);
    }
}
