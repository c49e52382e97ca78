//! Spaces in the SDK's types.

use aws_sdk_sagemaker::operation::describe_space::DescribeSpaceOutput;
use aws_sdk_sagemaker::types::{
    AppInstanceType, AppType, EbsStorageSettings, ResourceSpec, SharingType,
    SpaceCodeEditorAppSettings, SpaceJupyterLabAppSettings, SpaceSettings as SdkSpaceSettings,
    SpaceStorageSettings,
};

use super::super::api::{AppKind, SpaceState};
use super::super::space::SpaceSettings;
use super::settings::{NONE, number};
use super::{millis, some, status};
use crate::aws::Error;

/// The type of an app in the SDK.
pub(super) fn app_type(kind: AppKind) -> AppType {
    AppType::from(kind.name())
}

/// What a new space has; or, beside one that was `found`, what differs. All of the app is sent: what
/// UpdateSpace does with a part is not documented.
pub(super) fn settings(
    kind: AppKind,
    wanted: &SpaceSettings,
    found: Option<&SpaceState>,
) -> Result<SdkSpaceSettings, Error> {
    let mut settings = SdkSpaceSettings::builder();
    if found.is_none() {
        settings = settings.app_type(app_type(kind));
    }
    if found.is_none_or(|found| found.settings.volume_size != wanted.volume_size) {
        settings = settings.space_storage_settings(
            SpaceStorageSettings::builder()
                .ebs_storage_settings(
                    EbsStorageSettings::builder()
                        .ebs_volume_size_in_gb(number(wanted.volume_size)?)
                        .build(),
                )
                .build(),
        );
    }
    let same = |found: &SpaceState| {
        found.settings.instance_type == wanted.instance_type
            && found.settings.lifecycle_config_arn == wanted.lifecycle_config_arn
    };
    if !found.is_some_and(same) {
        let spec = resource_spec(wanted, found);
        settings = match kind {
            AppKind::JupyterLab => settings.jupyter_lab_app_settings(
                SpaceJupyterLabAppSettings::builder()
                    .default_resource_spec(spec)
                    .build(),
            ),
            AppKind::CodeEditor => settings.code_editor_app_settings(
                SpaceCodeEditorAppSettings::builder()
                    .default_resource_spec(spec)
                    .build(),
            ),
        };
    }
    Ok(settings.build())
}

/// What an app is started with, with the image that the space has.
pub(super) fn resource_spec(wanted: &SpaceSettings, found: Option<&SpaceState>) -> ResourceSpec {
    let has = found.is_some_and(|found| found.settings.lifecycle_config_arn.is_some());
    let taken_away = has.then(|| NONE.to_owned());
    ResourceSpec::builder()
        .instance_type(AppInstanceType::from(wanted.instance_type.as_str()))
        .set_lifecycle_config_arn(wanted.lifecycle_config_arn.clone().or(taken_away))
        .set_sage_maker_image_arn(found.and_then(|found| found.image_arn.clone()))
        .set_sage_maker_image_version_arn(found.and_then(|found| found.image_version_arn.clone()))
        .build()
}

/// What DescribeSpace found.
pub(super) fn state(found: DescribeSpaceOutput) -> SpaceState {
    let settings = found.space_settings;
    let app_type = settings.as_ref().and_then(|one| one.app_type.clone());
    let size = settings
        .as_ref()
        .and_then(|one| one.space_storage_settings.as_ref())
        .and_then(|storage| storage.ebs_storage_settings.as_ref())
        .and_then(|volume| volume.ebs_volume_size_in_gb);
    let spec = settings.and_then(|one| match app_type {
        Some(AppType::CodeEditor) => one.code_editor_app_settings?.default_resource_spec,
        _ => one.jupyter_lab_app_settings?.default_resource_spec,
    });
    let sharing = found
        .space_sharing_settings
        .and_then(|sharing| sharing.sharing_type);
    SpaceState {
        arn: found.space_arn.unwrap_or_default(),
        status: status(found.status),
        modified: millis(found.last_modified_time),
        failure_reason: some(found.failure_reason),
        url: some(found.url),
        owner: found
            .ownership_settings
            .and_then(|owner| some(owner.owner_user_profile_name)),
        private: sharing == Some(SharingType::Private),
        app_type: app_type.map_or_else(String::new, |kind| kind.as_str().to_owned()),
        settings: SpaceSettings {
            instance_type: spec
                .as_ref()
                .and_then(|spec| spec.instance_type.as_ref())
                .map_or_else(String::new, |kind| kind.as_str().to_owned()),
            volume_size: size.map_or(0, i64::from),
            lifecycle_config_arn: some(
                spec.as_ref()
                    .and_then(|one| one.lifecycle_config_arn.clone()),
            )
            .filter(|arn| arn != NONE),
        },
        image_arn: some(
            spec.as_ref()
                .and_then(|one| one.sage_maker_image_arn.clone()),
        ),
        image_version_arn: some(spec.and_then(|one| one.sage_maker_image_version_arn)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sagemaker::types::{OwnershipSettings, SpaceSharingSettings};

    fn wanted() -> SpaceSettings {
        SpaceSettings {
            instance_type: "ml.m5.large".to_owned(),
            volume_size: 20,
            lifecycle_config_arn: Some(
                "arn:aws:sagemaker:us-east-1:1:studio-lifecycle-config/a".to_owned(),
            ),
        }
    }

    fn described(kind: AppKind, settings: SdkSpaceSettings) -> SpaceState {
        let owner = OwnershipSettings::builder().owner_user_profile_name("fraud-alice");
        let sharing = SpaceSharingSettings::builder().sharing_type(SharingType::Private);
        let found = state(
            DescribeSpaceOutput::builder()
                .space_settings(settings)
                .ownership_settings(owner.build())
                .space_sharing_settings(sharing.build())
                .build(),
        );
        assert_eq!(
            (found.app_type.as_str(), found.private),
            (kind.name(), true)
        );
        found
    }

    #[test]
    fn state_reads_what_settings_write() {
        for kind in [AppKind::JupyterLab, AppKind::CodeEditor] {
            let found = described(kind, settings(kind, &wanted(), None).unwrap());
            assert_eq!(found.settings, wanted());
            assert_eq!(found.owner.as_deref(), Some("fraud-alice"));
        }
    }

    #[test]
    fn settings_send_what_differs() {
        let kind = AppKind::JupyterLab;
        let mut found = described(kind, settings(kind, &wanted(), None).unwrap());
        found.image_arn = Some("arn:aws:sagemaker:us-east-1:1:image/own".to_owned());
        let unchanged = settings(kind, &wanted(), Some(&found)).unwrap();
        assert_eq!(unchanged, SdkSpaceSettings::builder().build());
        let larger = SpaceSettings {
            volume_size: 21,
            ..wanted()
        };
        let change = settings(kind, &larger, Some(&found)).unwrap();
        assert!(change.jupyter_lab_app_settings.is_none() && change.app_type.is_none());
        let plain = SpaceSettings {
            lifecycle_config_arn: None,
            ..wanted()
        };
        let change = settings(kind, &plain, Some(&found)).unwrap();
        assert!(change.space_storage_settings.is_none());
        let spec = change
            .jupyter_lab_app_settings
            .unwrap()
            .default_resource_spec
            .unwrap();
        assert_eq!(spec.lifecycle_config_arn(), Some("None"));
        assert_eq!(spec.sage_maker_image_arn(), found.image_arn.as_deref());
    }
}
