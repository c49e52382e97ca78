//! Tests of the functions, called as from a configuration.

use super::*;
use terraform_plugin::framework::{Function, FunctionError, Type, Value};

const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::data/a/*"}]}"#;

fn strings<const N: usize>(values: [&str; N]) -> Vec<Value> {
    values.map(Value::from).to_vec()
}

fn invalid_argument(result: Result<Value, FunctionError>) -> Option<usize> {
    result.unwrap_err().argument
}

#[test]
fn policy_size_ignores_white_space() {
    let spaced = READ.replace(',', " ,\n ");
    let size = policy_size::PolicySize.call(strings([READ])).unwrap();
    assert_eq!(
        policy_size::PolicySize.call(strings([&spaced])).unwrap(),
        size
    );
    assert_eq!(
        invalid_argument(policy_size::PolicySize.call(strings(["{"]))),
        Some(0)
    );
}

#[test]
fn policy_equivalent_compares_by_meaning() {
    let listed = READ.replace("\"s3:GetObject\"", "[\"S3:getobject\"]");
    let other = READ.replace("data/a", "data/b");
    let equivalent = |a: &str, b: &str| policy_equivalent::PolicyEquivalent.call(strings([a, b]));
    assert_eq!(equivalent(READ, &listed), Ok(Value::Bool(true)));
    assert_eq!(equivalent(READ, &other), Ok(Value::Bool(false)));
    assert_eq!(invalid_argument(equivalent(READ, "[]")), Some(1));
}

#[test]
fn policy_allows_evaluates_resources() {
    let decide = |resource: &str, context: Value| {
        policy_allows::PolicyAllows.call(vec![
            Value::list([READ]),
            Value::from("arn:aws:iam::123456789012:role/R"),
            Value::from("s3:GetObject"),
            Value::from(resource),
            context,
        ])
    };
    let none = || Value::map::<&str, Value>([]);
    assert_eq!(
        decide("arn:aws:s3:::data/a/x", none()),
        Ok(Value::Bool(true))
    );
    assert_eq!(
        decide("arn:aws:s3:::data/b/x", none()),
        Ok(Value::Bool(false))
    );
    let bad = policy_allows::PolicyAllows.call(vec![
        Value::list([READ]),
        Value::from("nobody"),
        Value::from("s3:GetObject"),
        Value::from("*"),
        none(),
    ]);
    assert_eq!(invalid_argument(bad), Some(1));
}

#[test]
fn policy_proves_answers_in_words() {
    let prove = |resource: &str, context: Value| {
        policy_proves::PolicyProves.call(vec![
            Value::list([READ]),
            Value::from("arn:aws:iam::123456789012:role/R"),
            Value::list(["s3:*"]),
            Value::list([resource]),
            Value::list::<&str>([]),
            context,
        ])
    };
    let none = || Value::map::<&str, Value>([]);
    let proved = Ok(Value::from("proved: no such request is allowed"));
    assert_eq!(prove("arn:aws:s3:::data/b/*", none()), proved);
    let refuted = prove("arn:aws:s3:::data/*", none()).unwrap();
    let refuted = refuted.as_str().unwrap();
    assert!(
        refuted.starts_with("refuted: `s3:GetObject` on `arn:aws:s3:::data/a/"),
        "{refuted}"
    );
}

#[test]
fn policy_difference_lists_changes() {
    let wide = READ.replace("data/a/*", "data/*");
    let difference = |before: &str, after: &str| {
        policy_difference::PolicyDifference.call(vec![
            Value::list([before]),
            Value::list([after]),
            Value::from("arn:aws:iam::123456789012:role/R"),
            Value::map::<&str, Value>([]),
        ])
    };
    assert_eq!(difference(READ, READ), Ok(Value::List(Vec::new())));
    let Ok(Value::List(changes)) = difference(READ, &wide) else {
        panic!()
    };
    let words: Vec<&str> = changes.iter().filter_map(Value::as_str).collect();
    assert_eq!(words.len(), 1);
    assert!(
        words[0].starts_with("gains `s3:GetObject` on `arn:aws:s3:::data/*`, such as"),
        "{words:?}"
    );
}

#[test]
fn resource_policy_allows_evaluates_the_resource_policy() {
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"Tls","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::data/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
        {"Sid":"Logs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::data/*"}]}"#;
    let decide = |principal: &str, context: &[(&str, &str)]| {
        resource_policy_allows::ResourcePolicyAllows.call(vec![
            Value::from(policy),
            Value::from(principal),
            Value::from("s3:PutObject"),
            Value::from("arn:aws:s3:::data/x"),
            Value::map(context.iter().map(|(k, v)| (*k, Value::list([*v])))),
        ])
    };
    let (yes, no) = (Ok(Value::Bool(true)), Ok(Value::Bool(false)));
    let role = "arn:aws:iam::123456789012:role/R";
    let plain = ("aws:SecureTransport", "false");
    assert_eq!(decide(role, &[]), yes);
    assert_eq!(decide(role, &[plain]), no);
    assert_eq!(decide(role, &[("aws:ResourceAccount", "210987654321")]), no);
    assert_eq!(decide("logging.s3.amazonaws.com", &[]), yes);
    assert_eq!(decide("logging.s3.amazonaws.com", &[plain]), no);
    assert_eq!(decide("cloudtrail.amazonaws.com", &[]), no);
    assert_eq!(invalid_argument(decide("somebody", &[])), Some(1));
}

#[test]
fn policy_allows_evaluates_conditions() {
    let tagged = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Allow","Action":"sagemaker:CreateModel","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/project":"fraud"}}}]}"#;
    let decide = |project: &str| {
        policy_allows::PolicyAllows.call(vec![
            Value::list([tagged]),
            Value::from("arn:aws:iam::123456789012:role/R"),
            Value::from("sagemaker:CreateModel"),
            Value::from("arn:aws:sagemaker:us-east-1:123456789012:model/m"),
            Value::map([("aws:RequestTag/project", Value::list([project]))]),
        ])
    };
    assert_eq!(decide("fraud"), Ok(Value::Bool(true)));
    assert_eq!(decide("churn"), Ok(Value::Bool(false)));
}

#[test]
fn policy_lint_finds_a_faulty_deny() {
    let faulty = r#"{"Version":"2012-10-17","Statement":[{"Sid":"NeedNetwork","Effect":"Deny","Action":"sagemaker:CreateTrainingJob","Resource":"*","Condition":{"Null":{"sagemaker:VpcSubnets":"true","sagemaker:VpcSecurityGroupIds":"true"}}}]}"#;
    let lint = |policy: &str, kind: &str| policy_lint::PolicyLint.call(strings([policy, kind]));
    let findings = lint(faulty, "scp").unwrap();
    let rules: Vec<_> = findings
        .as_elements()
        .unwrap()
        .iter()
        .map(|f| f.attribute("rule").as_str().unwrap().to_owned())
        .collect();
    assert!(rules.contains(&"L02".to_owned()), "{rules:?}");
    assert_eq!(lint(READ, "managed").unwrap().as_elements(), Some(&[][..]));
    assert_eq!(invalid_argument(lint(READ, "sticker")), Some(1));
    let no_arn = READ.replace("arn:aws:s3:::", "");
    let refused = lint(&no_arn, "managed").unwrap();
    let first = &refused.as_elements().unwrap()[0];
    assert_eq!(first.attribute("severity").as_str(), Some("error"));
    let why = first.attribute("why");
    assert!(why.as_str().unwrap().starts_with("AWS would refuse it: "));
}

#[test]
fn pack_policies_respects_the_number_of_documents() {
    let pack = |documents: i64| {
        let many: Vec<String> = (0..40)
            .map(|n| READ.replace("data/a", &format!("data/{n}{}", "x".repeat(200))))
            .collect();
        pack_policies::PackPolicies.call(vec![
            Value::list(many),
            Value::from("managed"),
            Value::from(documents),
        ])
    };
    assert!(pack(10).unwrap().as_elements().unwrap().len() > 1);
    assert_eq!(invalid_argument(pack(1)), Some(0));
    assert_eq!(invalid_argument(pack(0)), Some(2));
}

#[test]
fn dataset_and_tag_functions_follow_from_names() {
    let prefix = |scope: Value, kind: &str| {
        dataset_prefix::DatasetPrefix.call(vec![Value::from(kind), scope, Value::from("cards")])
    };
    assert_eq!(
        prefix(Value::from("fraud"), "project"),
        Ok(Value::from("project/fraud/datasets/cards/"))
    );
    assert_eq!(
        prefix(Value::Null, "global"),
        Ok(Value::from("global/datasets/cards/"))
    );
    assert_eq!(invalid_argument(prefix(Value::Null, "project")), Some(1));
    let uri = dataset_prefix::DatasetUri.call(vec![
        Value::from("data"),
        Value::from("private"),
        Value::from("alice"),
        Value::from("cards"),
    ]);
    assert_eq!(
        uri,
        Ok(Value::from("s3://data/private/alice/datasets/cards/"))
    );
    let tags = standard_tags::StandardTags.call(strings(["MLSpace", "fraud", "alice"]));
    assert_eq!(
        tags,
        Ok(Value::map([
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice")
        ]))
    );
    assert_eq!(
        invalid_argument(standard_tags::StandardTags.call(strings(["MLSpace", "fr*", "alice"]))),
        Some(1)
    );
}

#[test]
fn condition_keys_lists_keys_of_an_action() {
    let keys = |action: &str| condition_keys::ConditionKeys.call(strings([action]));
    let found = keys("sagemaker:CreateTrainingJob").unwrap();
    let named = |name: &str| {
        found
            .as_elements()
            .unwrap()
            .iter()
            .any(|key| key.attribute("name").as_str() == Some(name))
    };
    assert!(named("sagemaker:VpcSubnets") && !named("sagemaker:RootAccess"));
    assert_eq!(
        invalid_argument(keys("sagemaker:CreateEverything")),
        Some(0)
    );
}

#[test]
fn guardrail_requires_its_parameters() {
    let make = |id: &str, parameters: Value| {
        let parameters = Value::Dynamic(
            Box::new(Type::object([("x", Type::String)])),
            Box::new(parameters),
        );
        guardrail::Guardrail.call(vec![Value::from(id), parameters])
    };
    let types = || {
        Value::object([
            ("notebook_instance_types", Value::list(["ml.t3.medium"])),
            ("job_instance_types", Value::list(["ml.m5.large"])),
            ("studio_instance_types", Value::list(["ml.t3.medium"])),
            ("endpoint_instance_types", Value::list(["ml.m5.large"])),
            ("cluster_instance_types", Value::list(["ml.m5.large"])),
        ])
    };
    let made = make("G01", types()).unwrap();
    assert_eq!(make("limit-instance-types", types()), Ok(made.clone()));
    let policy = made.as_str().unwrap();
    assert!(
        policy.contains("sagemaker:InstanceTypes") && policy.contains("ml.t3.medium"),
        "{policy}"
    );
    assert_eq!(invalid_argument(make("G99", types())), Some(0));
    let empty = make("G01", Value::object::<&str>([]));
    assert_eq!(invalid_argument(empty), Some(1));
    assert_eq!(invalid_argument(make("G14", types())), Some(1));
}

/// An object argument of any type.
fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    let value = Value::object(attributes);
    Value::Dynamic(Box::new(Type::of(&value)), Box::new(value))
}

#[test]
fn policy_documents_are_generated_by_kind() {
    let deployment = |user: Value| {
        object([
            ("account_id", Value::from("123456789012")),
            ("region", Value::from("us-gov-west-1")),
            ("data_bucket", Value::from("mlspace-data")),
            ("subnet_ids", Value::Tuple(vec![Value::from("subnet-0a")])),
            ("kms_key_id", Value::Null),
            ("user", user),
        ])
    };
    let make = |kind: &str, user: &str| {
        documents::PolicyDocuments.call(vec![Value::from(kind), deployment(Value::from(user))])
    };
    let made = make("user", "alice").unwrap();
    let [Value::String(policy)] = made.as_elements().unwrap() else {
        panic!("{made:?}");
    };
    assert!(
        policy.contains("arn:aws-us-gov:s3:::mlspace-data/private/alice/*"),
        "{policy}"
    );
    assert_eq!(invalid_argument(make("sticker", "alice")), Some(0));
    assert_eq!(invalid_argument(make("user", "al*")), Some(1));
    assert_eq!(invalid_argument(make("project", "alice")), Some(1));
}

#[test]
fn resource_policies_are_single_documents() {
    let make = |function: &documents::ResourcePolicy, name: &'static str, value: Value| {
        function.call(vec![object([
            ("account_id", Value::from("123456789012")),
            ("region", Value::from("us-east-1")),
            ("partition", Value::Null),
            (name, value),
        ])])
    };
    let admins = || Value::list(["arn:aws:iam::123456789012:role/platform"]);
    for (function, name, value) in [
        (
            documents::BUCKET_POLICY,
            "bucket",
            Value::from("mlspace-data"),
        ),
        (documents::KEY_POLICY, "administrator_arns", admins()),
        (
            documents::ENDPOINT_POLICY,
            "service",
            Value::from("sagemaker.api"),
        ),
    ] {
        let made = make(&function, name, value).unwrap();
        assert!(made.as_str().unwrap().contains("123456789012") || name == "bucket");
        assert_eq!(
            invalid_argument(make(&function, "colour", Value::from("red"))),
            Some(0)
        );
        assert!(!function.signature().description().is_empty());
    }
}

#[test]
fn subnet_layout_divides_by_tier_and_zone() {
    let lay = |cidr: &str, zones: i64, prefix: Value| {
        network::SubnetLayout.call(vec![
            Value::from(cidr),
            Value::from(zones),
            Value::map([("private", prefix)]),
        ])
    };
    assert_eq!(
        lay("10.0.0.0/16", 2, Value::from(24)),
        Ok(Value::map([(
            "private",
            Value::list(["10.0.0.0/24", "10.0.1.0/24"])
        )]))
    );
    assert_eq!(
        invalid_argument(lay("10.0.0.0/25", 2, Value::from(24))),
        Some(0)
    );
    assert_eq!(
        invalid_argument(lay("10.0.0.0/16", 17, Value::from(24))),
        Some(1)
    );
    assert_eq!(
        invalid_argument(lay("10.0.0.0/16", 2, Value::from(29))),
        Some(2)
    );
    assert_eq!(
        invalid_argument(lay("10.0.0.0/16", 2, Value::Null)),
        Some(2)
    );
    assert_eq!(
        invalid_argument(lay("10.0.0.0/16", 2, Value::from(300))),
        Some(2)
    );
}

#[test]
fn studio_ip_plan_counts_addresses() {
    let plan = |value: Value| network::StudioIpPlan.call(vec![value]);
    let hundred = plan(object([("users", Value::from(100)), ("efa", Value::Null)])).unwrap();
    assert_eq!(hundred.attribute("vpc_total"), &Value::from(533));
    assert_eq!(hundred.attribute("balanced_prefix"), &Value::from(24));
    let Type::Object(result) = network::StudioIpPlan.signature().result().clone() else {
        panic!("no object");
    };
    let Value::Object(given) = &hundred else {
        panic!("no object");
    };
    assert!(result.keys().eq(given.keys()));
    assert_eq!(
        invalid_argument(plan(object([("users", Value::from("many"))]))),
        Some(0)
    );
}

#[test]
fn guardrails_list_types_and_parameters() {
    let Ok(Value::Map(all)) = guardrails::Guardrails.call(Vec::new()) else {
        panic!("not a map");
    };
    let kinds = |id: &str| {
        let about = all[id].as_entries().unwrap();
        let kinds = about["kinds"].as_elements().unwrap();
        let words: Vec<_> = kinds.iter().filter_map(Value::as_str).collect();
        words.join(" ")
    };
    assert_eq!(kinds("G10"), "scp boundary managed");
    assert_eq!(kinds("G05"), "boundary managed");
    assert_eq!(kinds("G22"), "bucket");
    assert_eq!(kinds("G32"), "");
    let about = all["G10"].as_entries().unwrap();
    assert_eq!(
        about["parameters"],
        Value::list(["subnet_ids", "security_group_ids"].map(Value::from))
    );
    assert_eq!(about["slug"], Value::from("require-network"));
    let optional = [
        "require_model_vpc",
        "exempt_principal_arns",
        "account_id",
        "region",
        "partition",
        "name_prefix",
    ];
    assert_eq!(
        about["optional_parameters"],
        Value::list(optional.map(Value::from))
    );
}
