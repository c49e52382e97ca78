//! Tests of the parent module.

use serde_json::json;
use terraform_plugin::framework::Schema;

use super::*;
use crate::schema::{self, SchemaKind};

fn account(region: &str) -> Account {
    Account {
        id: "210987654321".to_owned(),
        region: region.to_owned(),
        default_tags: [].into(),
    }
}

fn filled(ty: &str, region: &str, schema: &Schema, object: &Value) -> Value {
    let account = account(region);
    let instance = ResourceInstance::new(TypeKind::Resource, ty, object, &account);
    fill_computed(&instance, schema.body(), object)
}

fn string<'a>(object: &'a Value, name: &str) -> &'a str {
    object.attribute(name).as_str().unwrap()
}

fn bucket() -> Schema {
    let schema = json!({"block": {
        "attributes": {
            "arn": {"type": "string", "computed": true},
            "bucket": {"type": "string", "optional": true, "computed": true},
            "bucket_prefix": {"type": "string", "optional": true},
            "bucket_regional_domain_name": {"type": "string", "computed": true},
            "id": {"type": "string", "optional": true, "computed": true},
            "grants": {"type": ["list", "string"], "computed": true},
            "public": {"type": "bool", "computed": true},
        },
        "block_types": {},
    }});
    schema::from_json(schema, SchemaKind::Resource).unwrap()
}

#[test]
fn fill_computed_uses_configuration_and_region() {
    let object = Value::object([
        ("arn", Value::Unknown),
        ("bucket", Value::from("data")),
        ("bucket_regional_domain_name", Value::Unknown),
        ("id", Value::Unknown),
        ("grants", Value::Unknown),
        ("public", Value::Unknown),
    ]);
    let made = filled("aws_s3_bucket", "cn-north-1", &bucket(), &object);
    assert_eq!(string(&made, "arn"), "arn:aws-cn:s3:::data");
    assert_eq!(string(&made, "id"), "data");
    assert_eq!(
        string(&made, "bucket_regional_domain_name"),
        "data.s3.cn-north-1.amazonaws.com.cn"
    );
    assert_eq!(made.attribute("grants"), &Value::List(Vec::new()));
    assert_eq!(made.attribute("public"), &Value::from(false));
}

#[test]
fn fill_computed_reuses_generated_name() {
    let object = Value::object([
        ("arn", Value::Unknown),
        ("bucket", Value::Unknown),
        ("bucket_prefix", Value::from("data-")),
    ]);
    let made = filled("aws_s3_bucket", "us-east-1", &bucket(), &object);
    let name = string(&made, "bucket");
    assert!(name.starts_with("data-") && name.len() > 10, "{name}");
    assert_eq!(string(&made, "arn"), format!("arn:aws:s3:::{name}"));
}

#[test]
fn fill_computed_id_depends_on_configuration() {
    let schema = json!({"block": {
        "attributes": {
            "id": {"type": "string", "computed": true},
            "cidr_block": {"type": "string", "optional": true},
        },
        "block_types": {},
    }});
    let schema = schema::from_json(schema, SchemaKind::Resource).unwrap();
    let id = |cidr: &str| {
        let object = Value::object([("id", Value::Unknown), ("cidr_block", Value::from(cidr))]);
        string(&filled("aws_vpc", "us-east-1", &schema, &object), "id").to_owned()
    };
    assert!(id("10.0.0.0/16").starts_with("vpc-"));
    assert_eq!(id("10.0.0.0/16"), id("10.0.0.0/16"));
    assert_ne!(id("10.0.0.0/16"), id("10.1.0.0/16"));
}

#[test]
fn fill_computed_builds_arn_for_unlisted_type() {
    let schema = json!({"block": {
        "attributes": {
            "arn": {"type": "string", "computed": true},
            "name": {"type": "string", "required": true},
        },
        "block_types": {},
    }});
    let schema = schema::from_json(schema, SchemaKind::Resource).unwrap();
    let object = Value::object([("arn", Value::Unknown), ("name", Value::from("w"))]);
    let made = filled("aws_athena_workgroup", "us-gov-west-1", &schema, &object);
    assert_eq!(
        string(&made, "arn"),
        "arn:aws-us-gov:athena:us-gov-west-1:210987654321:workgroup/w"
    );
}
