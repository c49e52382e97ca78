//! Size limits.

use super::*;

#[test]
fn group_policies_fit_200_datasets_in_any_order() {
    let names: Vec<DatasetName> = (0..200)
        .map(|n| dataset(&format!("dataset-{n:03}-of-the-group")))
        .collect();
    // MLSpace writes two ARNs for each dataset of each group into the one policy of the user.
    let objects = names
        .iter()
        .map(|name| format!("{BUCKET}/group/datasets/{name}/*"));
    let listed = names.iter().map(|name| format!("group/datasets/{name}/*"));
    let mlspace = Document::new([
        Statement::allow("")
            .actions(["s3:GetObject", "s3:PutObject"])
            .resources(objects),
        Statement::allow("")
            .actions(["s3:ListBucket"])
            .resources([BUCKET])
            .when(Operator::StringLike, "s3:prefix", listed),
    ]);
    assert!(
        mlspace.size() > 3 * PolicyType::Managed.limit(),
        "{}",
        mlspace.size()
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
fn boundary_fits_six_subnets() {
    // MLSpace's boundary has 6,004 characters with three subnets, and 69 more for each further
    // subnet.
    assert!(6_004 + 3 * 69 > PolicyType::Boundary.limit());
    let deployment = Deployment {
        subnets: (0..6).map(subnet).collect(),
        ..Deployment::new()
    };
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    assert_eq!(boundary.check(PolicyType::Boundary), []);
}
