//! Notebooks as people have them: plans that know what they replace, volumes that are kept, users
//! who start and stop them, and an AWS whose reads are late.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TestEnv, e2e_test, notebook};

const ADDRESS: &str = "mlspace_notebook.alice";
const UPDATE: &[&str] = &["update"];
const TYPE: &str = "instance_type = \"ml.t3.medium\"";

/// Calls SageMaker outside of Terraform, for the notebook.
fn sagemaker(env: &TestEnv, action: &str, more: Value) -> Value {
    let mut params = json!({"NotebookInstanceName": "alice-fraud"});
    let more = more.as_object().expect("an object").clone();
    params.as_object_mut().expect("an object").extend(more);
    let response = env.aws.call("sagemaker", action, params);
    env.aws.finish_transitions();
    response
}

fn describe(env: &TestEnv) -> Value {
    sagemaker(env, "DescribeNotebookInstance", json!({}))
}

/// Changes settings of the running notebook outside of Terraform.
fn edit(env: &TestEnv, settings: Value) {
    sagemaker(env, "StopNotebookInstance", json!({}));
    sagemaker(env, "UpdateNotebookInstance", settings);
    sagemaker(env, "StartNotebookInstance", json!({}));
}

/// Fails unless one of the warnings contains all parts.
#[track_caller]
fn assert_warned(outcome: &crate::support::Outcome, parts: &[&str]) {
    let warnings = outcome.warnings();
    let found = warnings.iter().any(|each| {
        let text = format!("{} {}", each.summary, each.detail);
        parts.iter().all(|part| text.contains(part))
    });
    assert!(found, "no warning contains {parts:?}: {warnings:#?}");
}

e2e_test! {
    /// The user changes, then the name of the project: the plan replaces the notebook, and does not
    /// refuse because of the instance that it replaces.
    fn owner_changes(env) {
        let bob = "\nresource \"mlspace_membership\" \"bob\" {\n  project = mlspace_project.fraud.name\n  user    = \"bob\"\n}\n";
        let text = notebook(TYPE) + bob;
        env.apply_and_verify(&text);

        let moved = text.replace("mlspace_membership.alice.user", "mlspace_membership.bob.user");
        env.configure(&moved);
        let plan = env.plan();
        plan.assert_only(ADDRESS, &["delete", "create"]);
        assert_warned(&plan.outcome, &["volume", "alice-fraud"]);
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(env.aws.account_state()["notebooks"]["alice-fraud"]["tags"]["user"], "bob");

        let renamed = moved.replace("name        = \"fraud\"", "name        = \"cards\"");
        env.apply_and_verify(&renamed);
        assert_eq!(env.aws.account_state()["notebooks"]["alice-fraud"]["tags"]["project"], "cards");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A smaller size keeps the volume, and `-replace` makes it smaller. A volume that its user
    /// enlarged is kept, and does not block other changes.
    fn volume_is_kept(env) {
        let sized = |size: u32| notebook(&format!("{TYPE}\n volume_size = {size}"));
        env.apply_and_verify(&sized(20));
        env.configure(&sized(10));
        let plan = env.plan();
        plan.assert_empty();
        assert_warned(&plan.outcome, &["Volume cannot shrink", "20 GB", "-replace=ADDRESS"]);
        let replace = format!("-replace={ADDRESS}");
        env.work.run(&["apply", "-auto-approve", "-json", &replace]).assert_ok();
        assert_eq!(env.attribute(ADDRESS, "volume_size"), 10);
        let plan = env.plan();
        plan.assert_empty();
        assert!(plan.outcome.warnings().is_empty());

        edit(env, json!({"VolumeSizeInGB": 30}));
        let plan = env.plan();
        plan.assert_empty();
        assert_warned(&plan.outcome, &["Volume cannot shrink", "30 GB"]);
        env.configure(&sized(10).replace("volume_size", "tags = { team = \"cards\" }\n volume_size"));
        env.plan().assert_only(ADDRESS, UPDATE);
        env.apply().assert_ok();
        assert_eq!(describe(env)["VolumeSizeInGB"], 30);
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Without `running`, a notebook is started at its creation and left alone from then on.
    fn running_is_not_managed(env) {
        let tagged = format!("{TYPE}\n tags = {{ team = \"cards\" }}");
        env.apply_and_verify(&notebook(TYPE));
        assert_eq!(env.attribute(ADDRESS, "status"), "InService");
        sagemaker(env, "StopNotebookInstance", json!({}));
        env.plan().assert_empty();
        env.apply_and_verify(&notebook(&tagged));
        assert_eq!(describe(env)["NotebookInstanceStatus"], "Stopped");

        let running = format!("{tagged}\n running = true");
        env.apply_and_verify(&notebook(&running));
        assert_eq!(describe(env)["NotebookInstanceStatus"], "InService");
        sagemaker(env, "StopNotebookInstance", json!({}));
        env.plan().assert_only(ADDRESS, UPDATE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The same in another form is no change: a key by its id or its ARN, no tags. All tags
    /// together are counted.
    fn same_in_another_form(env) {
        let by = |name: &str| format!("{TYPE}\n kms_key_id = {}", env.aws.seed[name]);
        env.apply_and_verify(&notebook(&by("kms_key_arn")));
        env.configure(&notebook(&by("kms_key_id")));
        env.plan().assert_empty();
        // Another change does not make it a replacement.
        let tagged = by("kms_key_id") + "\n tags = { team = \"cards\" }";
        env.configure(&notebook(&tagged));
        let plan = env.plan();
        plan.assert_only(ADDRESS, UPDATE);
        assert!(plan.outcome.warnings().is_empty(), "{:?}", plan.outcome.warnings());

        for form in [" tags = {}", ""] {
            env.configure(&notebook(&format!("{}\n{form}", by("kms_key_id"))));
            env.work.forget(ADDRESS);
            assert_eq!(env.work.import(ADDRESS, "alice-fraud").code, Some(0));
            env.plan().assert_empty();
        }

        let many = |prefix: &str| {
            let tags: Vec<String> = (0..30).map(|n| format!("{prefix}{n} = \"x\"")).collect();
            format!("{{ {} }}", tags.join(", "))
        };
        env.provider(&format!("default_tags = {}", many("d")));
        env.configure(&notebook(&format!("{TYPE}\n tags = {}", many("t"))));
        env.work.plan(&[]).outcome.assert_error(&["65 tags", "AWS allows 50"]);
        env.provider("");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A repair that stops a running notebook warns, and nothing that stays is shown as unknown.
    fn repair_warns_of_stop(env) {
        let text = notebook(TYPE);
        env.apply_and_verify(&text);
        let version = json!({"MinimumInstanceMetadataServiceVersion": "1"});
        edit(env, json!({"InstanceMetadataServiceConfiguration": version}));
        let plan = env.plan();
        plan.assert_only(ADDRESS, UPDATE);
        assert_warned(&plan.outcome, &["will be stopped", "kernels are lost"]);
        for attribute in ["status", "must_replace", "url"] {
            assert!(!plan.is_unknown(ADDRESS, attribute), "{attribute}");
        }
        env.apply().assert_ok();
        env.plan().assert_empty();

        let patient = notebook(&format!("{TYPE}\n timeouts {{\n create = \"25m\"\n }}"));
        env.configure(&patient);
        let plan = env.plan();
        plan.assert_only(ADDRESS, UPDATE);
        for attribute in ["status", "must_replace", "network_interface_id", "tags_all", "drift"] {
            assert!(!plan.is_unknown(ADDRESS, attribute), "{attribute}");
        }
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Reads that are older than the create do not find the instance or its tags.
    fn late_reads(env) {
        let missing = |action: &str, skip: u32, times: u32| json!({
            "mode": "error", "service": "sagemaker", "action": action, "skip": skip, "times": times,
            "code": "ValidationException", "message": "RecordNotFound", "status": 400,
        });
        env.configure(&notebook(&format!("{TYPE}\n running = false")));
        env.plan();
        // The plan of the apply and the create look once each before the instance exists.
        env.aws.fault(&missing("DescribeNotebookInstance", 2, 3));
        env.aws.fault(&missing("ListTags", 0, 1));
        let done = env.apply();
        done.assert_ok();
        assert_eq!(env.aws.clear_faults(), [3, 1]);
        let warnings = done.warnings();
        let known = warnings.iter().all(|each| each.summary == "Notebook name without its project");
        assert!(known, "{warnings:?}");
        env.plan().assert_empty();
        // Tags are listed one at a time where the index of tags cannot be read.
        env.aws.fault(&json!({
            "mode": "error", "service": "tagging", "action": "GetResources", "times": 1,
            "code": "AccessDeniedException", "message": "not authorized", "status": 400,
        }));
        env.aws.fault(&missing("ListTags", 0, 1));
        env.plan().assert_empty();
        assert_eq!(env.aws.clear_faults(), [1, 1]);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A membership is not replaced under a notebook, and the error says how to replace both.
    fn membership_is_replaced_with_its_notebook(env) {
        env.apply_and_verify(&notebook(TYPE));
        let member = "-replace=mlspace_membership.alice";
        let apply = ["apply", "-auto-approve", "-json", member];
        env.work.run(&apply).assert_error(&["alice-fraud", "-replace=ADDRESS"]);
        let both = format!("-replace={ADDRESS}");
        env.work.run(&["apply", "-auto-approve", "-json", member, &both]).assert_ok();
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The create is cut off while the instance starts: it stays as it is.
    fn create_times_out(env) {
        env.aws.set_transition_polls(u32::MAX);
        env.configure(&notebook(&format!("{TYPE}\n timeouts {{\n create = \"3s\"\n }}")));
        let done = env.apply();
        done.assert_ok();
        assert_warned(&done, &["Timed out", "alice-fraud", "`Pending`"]);
        assert_eq!(env.attribute(ADDRESS, "status"), "Pending");
        env.aws.set_transition_polls(1);
        env.aws.finish_transitions();
        env.plan().assert_empty();
        env.configure(PEOPLE);
        env.apply().assert_ok();
        assert_eq!(env.aws.count("sagemaker:CreateNotebookInstance"), 1);
        env.destroy_and_verify();
    }
}
