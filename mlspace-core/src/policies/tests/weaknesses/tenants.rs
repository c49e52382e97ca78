//! Who is who: tags and names.

use super::*;

#[test]
fn w02_nobody_moves_a_resource_between_tenants_by_its_tags() {
    let tagged = ["project", "user"].map(|key| format!("aws:ResourceTag/{key}"));
    let ancestor = ancestor([
        Statement::allow("")
            .actions(["sagemaker:AddTags"])
            .resources([arn("*")]),
        Statement::allow("")
            .actions(["sagemaker:InvokeEndpoint"])
            .resources([arn("*")]),
        // Its denials about other tenants list actions, and AddTags is none of them.
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
    refuses(&ancestor, &invoke("bar", "bob"));
    allows(&ancestor, &retag);
    allows(&ancestor, &invoke("foo", "alice"));

    refuses(&ours(), &retag);
    refuses(
        &ours(),
        &operate("sagemaker:DeleteTags", &endpoint, "bar", "bob"),
    );
    // Nor one's own: giving it away would be a way out as well.
    let give = operate("sagemaker:AddTags", &arn("endpoint/own"), "foo", "alice")
        .request_tag("project", "bar");
    refuses(&ours(), &give);
    refuses(
        &ours(),
        &operate("sagemaker:DeleteTags", &arn("endpoint/own"), "foo", "alice"),
    );
    let creating = create("sagemaker:AddTags", &arn("endpoint/new"), "foo", "alice")
        .context("sagemaker:TaggingAction", ["CreateEndpoint"]);
    allows(&own(), &creating);
}

#[test]
fn w04_names_are_no_patterns() {
    let ancestor = |name: &str| {
        ancestor([Statement::allow("")
            .actions(["s3:GetObject"])
            .resources([format!("{BUCKET}/group/datasets/{name}/*")])])
    };
    let secret = ask("s3:GetObject", &format!("{BUCKET}/group/datasets/secret/x"));
    for name in ["*", "s?cret", "sec*", "${aws:PrincipalTag/none, 'secret'}"] {
        allows(&ancestor(name), &secret);
        name.parse::<DatasetName>().unwrap_err();
        name.parse::<ProjectName>().unwrap_err();
        name.parse::<UserName>().unwrap_err();
        name.parse::<GroupName>().unwrap_err();
    }
    refuses(&own(), &secret);
    allows(
        &own(),
        &ask("s3:GetObject", &format!("{BUCKET}/group/datasets/cards/x")),
    );
}

#[test]
fn w16_names_that_differ_in_case_are_different_tenants() {
    let keys = ["aws:RequestTag/project", "aws:ResourceTag/project"];
    let guard = keys.into_iter().fold(
        Statement::deny("")
            .actions(["sagemaker:DescribeModel"])
            .resources(["*"]),
        |deny, key| deny.when(Operator::StringNotEqualsIgnoreCase, key, ["foo"]),
    );
    let ancestor = ancestor([
        Statement::allow("")
            .actions(["sagemaker:*"])
            .resources(["*"]),
        guard,
    ]);
    let model = |project: &str, user: &str| {
        operate("sagemaker:DescribeModel", &arn("model/m"), project, user)
    };
    refuses(&ancestor, &model("bar", "alice"));
    allows(&ancestor, &model("Foo", "alice"));

    for (project, user) in [("Foo", "alice"), ("FOO", "alice"), ("foo", "Alice")] {
        refuses(&ours(), &model(project, user));
        refuses(
            &ours(),
            &create("sagemaker:CreateModel", &arn("model/m"), project, user),
        );
    }
    allows(&own(), &model("foo", "alice"));
    // IAM takes names that differ in case for the same: the role and the policy of `Foo` are those of `foo`. So the second project is refused
    // when it is made, which is the end-to-end tests' matter.
}

#[test]
fn w19_suspension_reaches_what_is_there() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let suspended = project_policy(&context, &project("foo"), true).unwrap();
    let active = project_policy(&context, &project("foo"), false).unwrap();
    let object = ask("s3:GetObject", &format!("{BUCKET}/project/foo/x"));
    let job = operate("sagemaker:DescribeModel", &arn("model/m"), "foo", "alice");
    let with = |document: &Document| ours().identity("project", document);
    for request in [object, job] {
        // The ancestor changes its record and leaves the policy as it was.
        allows(&with(&active), &request);
        refuses(&with(&suspended), &request);
    }
}
