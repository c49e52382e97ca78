//! Locations on in-memory fakes.

use super::*;
use crate::aws::PolicyModel;
use crate::ownership::OnlyCreates;
use crate::testing::{FakePlatform, converges, operation, operation_of, refusal};

fn platform() -> FakePlatform {
    FakePlatform::new(PolicyModel::PerPrincipal)
}

fn spec(name: &str, prefixes: &[&str]) -> ExternalLocationSpec {
    ExternalLocationSpec {
        name: name.parse().unwrap(),
        bucket: "analytics-lake".to_owned(),
        prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
        kms_key_arn: None,
    }
}

async fn create(
    platform: &FakePlatform,
    spec: &ExternalLocationSpec,
) -> Result<ExternalLocation, Error> {
    let locations = &platform.services.external_locations;
    let created = locations.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn read(platform: &FakePlatform) -> Option<ExternalLocation> {
    let locations = &platform.services.external_locations;
    locations.read(&"lake".parse().unwrap()).await.unwrap()
}

async fn plan(platform: &FakePlatform, spec: &ExternalLocationSpec) -> PlanOutcome<()> {
    let locations = &platform.services.external_locations;
    locations.plan(spec, false, &OnlyCreates).await
}

#[tokio::test]
async fn location_is_created_changed_and_deleted() {
    let platform = platform();
    let first = spec("lake", &["cards/"]);
    let made = create(&platform, &first).await.unwrap();
    assert_eq!(read(&platform).await, Some(made.clone()));
    let changed = ExternalLocationSpec {
        kms_key_arn: Some("arn:aws:kms:us-east-1:123456789012:key/lake".to_owned()),
        ..spec("lake", &["cards/", "rates/"])
    };
    let locations = &platform.services.external_locations;
    let updated = locations.update(&operation(), &changed).await.unwrap();
    assert_eq!(updated.spec, changed);
    assert_eq!((updated.drift, updated.token), (Vec::new(), made.token));
    let name = "lake".parse().unwrap();
    locations.delete(&operation(), &name).await.unwrap();
    assert_eq!(read(&platform).await, None);
    locations.delete(&operation(), &name).await.unwrap();
}

#[tokio::test]
async fn create_refuses_what_exists_and_what_is_missing() {
    let platform = platform();
    create(&platform, &spec("lake", &["cards/"])).await.unwrap();
    let again = create(&platform, &spec("lake", &["cards/"])).await;
    assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
    let planned = plan(&platform, &spec("lake", &["cards/"])).await;
    assert_eq!(planned.errors.len(), 1);

    platform
        .locations
        .set_bucket("analytics-lake", Bucket::Missing);
    let missing = create(&platform, &spec("other", &[])).await;
    assert!(
        matches!(missing, Err(Error::NotFound { .. })),
        "{missing:?}"
    );
    // The same run may create the bucket.
    let planned = plan(&platform, &spec("other", &[])).await;
    assert_eq!(planned.errors, []);
    assert_eq!(planned.warnings[0].summary, "Bucket not found");
    // One of another account is not an error.
    platform
        .locations
        .set_bucket("analytics-lake", Bucket::Elsewhere);
    create(&platform, &spec("other", &["x/"])).await.unwrap();
}

#[tokio::test]
async fn plan_refuses_the_platforms_bucket_and_tells_regions() {
    let platform = platform();
    let own = ExternalLocationSpec {
        bucket: "mlspace-data".to_owned(),
        ..spec("lake", &["project/churn/"])
    };
    let planned = plan(&platform, &own).await;
    assert!(planned.errors[0].detail.contains("platform's data bucket"));
    let far = Bucket::Own(Some("eu-west-1".to_owned()));
    platform.locations.set_bucket("analytics-lake", far);
    let planned = plan(&platform, &spec("lake", &["cards/"])).await;
    assert_eq!(planned.errors, []);
    assert!(planned.warnings[0].detail.contains("`eu-west-1`"));
}

#[tokio::test]
async fn another_state_changes_and_deletes_nothing() {
    let platform = platform();
    create(&platform, &spec("lake", &["cards/"])).await.unwrap();
    let other = || operation_of(Claim::Token(Token::random()));
    let locations = &platform.services.external_locations;
    let updated = locations.update(&other(), &spec("lake", &["rates/"])).await;
    let error = updated.unwrap_err().error;
    assert!(matches!(error, Error::Foreign { .. }), "{error:?}");
    let name = "lake".parse().unwrap();
    let deleted = locations.delete(&other(), &name).await;
    assert!(matches!(deleted, Err(Error::Foreign { .. })), "{deleted:?}");
    assert_eq!(
        read(&platform).await.unwrap().spec,
        spec("lake", &["cards/"])
    );
}

#[tokio::test]
async fn create_finds_its_own_record_when_the_response_is_lost() {
    let platform = platform();
    let faults = &platform.faults;
    faults.interrupt(crate::testing::Interruption::After(0));
    let made = create(&platform, &spec("lake", &["cards/"])).await.unwrap();
    assert_eq!(read(&platform).await, Some(made));
    faults.before("PutItem", || {
        Err(refusal("dynamodb", "PutItem", "InternalServerError"))
    });
    assert!(
        create(&platform, &spec("rates", &["rates/"]))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn create_keeps_a_record_that_cannot_be_looked_up() {
    let platform = platform();
    let faults = &platform.faults;
    faults.before("GetItem", || Ok(()));
    faults.refuse("dynamodb", "GetItem", "InternalServerError", 1);
    faults.interrupt(crate::testing::Interruption::After(0));
    let locations = &platform.services.external_locations;
    let (run, lake) = (operation(), spec("lake", &["cards/"]));
    let reached = locations.create(&run, &lake).await.unwrap_err().reached;
    assert!(reached.is_some());
    assert_eq!(read(&platform).await, reached);
}

#[tokio::test]
async fn delete_converges_after_every_interruption() {
    converges(
        async || {
            let platform = platform();
            create(&platform, &spec("lake", &["cards/"])).await.unwrap();
            platform
        },
        async |services| {
            let name = "lake".parse().unwrap();
            services
                .external_locations
                .delete(&operation(), &name)
                .await
        },
    )
    .await;
}

/// An interrupted deletion is drift, and an update takes it back.
#[tokio::test]
async fn update_takes_back_an_interrupted_deletion() {
    let platform = platform();
    create(&platform, &spec("lake", &["cards/"])).await.unwrap();
    platform
        .faults
        .refuse("dynamodb", "DeleteItem", "InternalServerError", 1);
    let locations = &platform.services.external_locations;
    let name = "lake".parse().unwrap();
    assert!(locations.delete(&operation(), &name).await.is_err());
    assert_eq!(read(&platform).await.unwrap().drift.len(), 1);
    let updated = locations
        .update(&operation(), &spec("lake", &["cards/"]))
        .await;
    assert_eq!(updated.unwrap().drift, [""; 0]);
}
