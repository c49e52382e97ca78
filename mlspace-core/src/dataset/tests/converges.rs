//! Operations on datasets that are interrupted at each write call and repeated.

use super::*;
use crate::testing::{converges, operation};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];

/// A platform with two members of the group `risk`, and with this dataset.
async fn with(model: PolicyModel, spec: &DatasetSpec) -> FakePlatform {
    let platform = with_members(model).await;
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), spec).await.unwrap();
    platform
}

async fn with_members(model: PolicyModel) -> FakePlatform {
    let platform = platform_of(model).await;
    let bob = crate::testing::member("fraud", "bob");
    let memberships = &platform.services.memberships;
    memberships.create(&operation(), &bob).await.unwrap();
    for (user, group) in [("bob", "risk"), ("bob", "audit"), ("alice", "ops")] {
        platform.add_to_group(user, group);
    }
    platform
}

#[tokio::test]
async fn create_of_a_group_dataset_converges() {
    for model in MODELS {
        let spec = shared("cards", &["risk", "audit"]);
        converges(
            async || with_members(model).await,
            async |services| {
                services
                    .datasets
                    .create(&operation(), &spec)
                    .await
                    .map_err(|f| f.error)
            },
        )
        .await;
    }
}

#[tokio::test]
async fn update_of_a_group_dataset_converges() {
    for model in MODELS {
        let before = shared("cards", &["risk", "audit"]);
        let after = DatasetSpec {
            description: "transactions".to_owned(),
            ..shared("cards", &["risk", "ops"])
        };
        converges(
            async || with(model, &before).await,
            async |services| {
                services
                    .datasets
                    .update(&operation(), &after)
                    .await
                    .map_err(|f| f.error)
            },
        )
        .await;
    }
}

#[tokio::test]
async fn delete_of_a_group_dataset_converges() {
    for model in MODELS {
        let spec = shared("cards", &["risk", "audit"]);
        converges(
            async || {
                let platform = with(model, &spec).await;
                for n in 0..5 {
                    platform.objects.put(&format!("group/datasets/cards/{n}"));
                }
                platform.objects.start_upload("group/datasets/cards/u");
                platform
            },
            async |services| {
                services
                    .datasets
                    .delete(&operation(), &spec.key, true)
                    .await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn create_of_a_project_dataset_converges() {
    let spec = dataset("project/fraud/cards");
    converges(platform, async |services| {
        services
            .datasets
            .create(&operation(), &spec)
            .await
            .map_err(|f| f.error)
    })
    .await;
}

#[tokio::test]
async fn update_of_a_project_dataset_converges() {
    let before = dataset("project/fraud/cards");
    let after = DatasetSpec {
        description: "transactions".to_owned(),
        created_by: Some("alice".parse().unwrap()),
        ..before.clone()
    };
    converges(
        async || with(PolicyModel::PerPrincipal, &before).await,
        async |services| {
            services
                .datasets
                .update(&operation(), &after)
                .await
                .map_err(|f| f.error)
        },
    )
    .await;
}

#[tokio::test]
async fn delete_of_a_project_dataset_converges() {
    let spec = dataset("project/fraud/cards");
    converges(
        async || {
            let platform = with(PolicyModel::PerPrincipal, &spec).await;
            platform.objects.put("project/fraud/datasets/cards/a");
            platform
        },
        async |services| {
            services
                .datasets
                .delete(&operation(), &spec.key, true)
                .await
        },
    )
    .await;
}
