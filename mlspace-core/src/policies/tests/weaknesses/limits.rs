//! What does not fit.

use super::*;

#[test]
fn w37_two_hundred_datasets_fit_and_always_pack_alike() {
    let names: Vec<DatasetName> = (0..200)
        .map(|n| dataset(&format!("dataset-{n:03}-of-the-group")))
        .collect();
    // The ancestor writes two ARNs for each dataset of each group into the one policy of the user.
    let objects = names
        .iter()
        .map(|name| format!("{BUCKET}/group/datasets/{name}/*"));
    let listed = names.iter().map(|name| format!("group/datasets/{name}/*"));
    let ancestor = Document::new([
        Statement::allow("")
            .actions(["s3:GetObject", "s3:PutObject"])
            .resources(objects),
        Statement::allow("")
            .actions(["s3:ListBucket"])
            .resources([BUCKET])
            .when(Operator::StringLike, "s3:prefix", listed),
    ]);
    assert!(
        ancestor.size() > 3 * PolicyType::Managed.limit(),
        "{}",
        ancestor.size()
    );

    let deployment = Deployment::new();
    let packed = group_policies(&deployment.context(), &group("analysts"), &names).unwrap();
    assert!(packed.len() <= 6, "{}", packed.len());
    for document in &packed {
        assert_eq!(document.check(PolicyType::Managed), []);
    }
    let mut reversed = names.clone();
    reversed.reverse();
    assert_eq!(
        group_policies(&deployment.context(), &group("analysts"), &reversed).unwrap(),
        packed
    );
    let set = packed.iter().fold(PolicySet::new(), |set, document| {
        set.identity("group", document)
    });
    for name in &names {
        allows(
            &set,
            &ask("s3:GetObject", &format!("{BUCKET}/group/datasets/{name}/x")),
        );
    }
}

#[test]
fn w37_the_boundary_has_room_for_six_subnets() {
    // The ancestor's has 6,004 of 6,144 characters with three subnets, and needs 69 for each more.
    assert!(6_004 + 3 * 69 > PolicyType::Boundary.limit());
    let deployment = Deployment {
        subnets: (0..6).map(subnet).collect(),
        ..Deployment::new()
    };
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    assert_eq!(boundary.check(PolicyType::Boundary), []);
}
