//! Settings of domains in the SDK's types.
//!
//! What UpdateDomain is not told stays as it is, so that values are taken away by an empty list, or
//! by the text `None` where SageMaker has that value (*ResourceSpec*:
//! <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceSpec.html>).

use aws_sdk_sagemaker::types::{
    AppInstanceType, AppLifecycleManagement, CodeEditorAppSettings, CustomImage as SdkImage,
    DefaultEbsStorageSettings, DefaultSpaceStorageSettings, DockerSettings,
    DomainSettings as SdkDomainSettings, DomainSettingsForUpdate, ExecutionRoleSessionNameMode,
    FeatureStatus, IdleSettings, JupyterLabAppSettings, LifecycleManagement, MlTools,
    NotebookOutputOption, ResourceSpec, SharingSettings, StudioWebPortal, StudioWebPortalSettings,
    UserSettings,
};

use super::super::api::Fixed;
use super::super::settings::{
    AppSettings, CustomImage, DomainSettings, IDLE_MINUTES_MAX, IDLE_MINUTES_MIN, IdleTimeout,
    ProfileSettings, VOLUME_SIZE_DEFAULT, VolumeSizes,
};
use super::some;
use crate::aws::Error;

/// Where people land who open their profile.
const LANDING: &str = "studio::";
/// Stands for no lifecycle configuration.
pub(super) const NONE: &str = "None";

/// Settings that say nothing.
pub(super) fn none() -> UserSettings {
    UserSettings::builder().build()
}

/// The default settings of a new domain's profiles.
pub(super) fn new_user(wanted: &DomainSettings) -> Result<UserSettings, Error> {
    user(wanted, None, &Fixed::ALL)
}

/// What UpdateDomain has to change; `None` for nothing.
pub(super) fn changed_user(
    wanted: &DomainSettings,
    found: &DomainSettings,
    repair: &[Fixed],
) -> Result<Option<UserSettings>, Error> {
    let changed = user(wanted, Some(found), repair)?;
    Ok((changed != none()).then_some(changed))
}

/// Those members that differ from `found`, and what is to be repaired.
fn user(
    wanted: &DomainSettings,
    found: Option<&DomainSettings>,
    repair: &[Fixed],
) -> Result<UserSettings, Error> {
    let differs = |same: &dyn Fn(&DomainSettings) -> bool| !found.is_some_and(same);
    let mut settings = UserSettings::builder();
    if differs(&|found| found.execution_role_arn == wanted.execution_role_arn) {
        settings = settings.execution_role(&wanted.execution_role_arn);
    }
    if differs(&|found| found.security_group_ids == wanted.security_group_ids) {
        settings = settings.set_security_groups(Some(wanted.security_group_ids.clone()));
    }
    if differs(&|found| found.jupyter_lab == wanted.jupyter_lab) {
        let found = found.map(|found| &found.jupyter_lab);
        settings = settings.jupyter_lab_app_settings(jupyter_lab(&wanted.jupyter_lab, found)?);
    }
    if differs(&|found| found.code_editor == wanted.code_editor) {
        let found = found.map(|found| &found.code_editor);
        settings = settings.code_editor_app_settings(code_editor(&wanted.code_editor, found)?);
    }
    if differs(&|found| found.volumes == wanted.volumes) {
        settings = settings.space_storage_settings(
            DefaultSpaceStorageSettings::builder()
                .default_ebs_storage_settings(
                    DefaultEbsStorageSettings::builder()
                        .default_ebs_volume_size_in_gb(number(wanted.volumes.default)?)
                        .maximum_ebs_volume_size_in_gb(number(wanted.volumes.maximum)?)
                        .build(),
                )
                .build(),
        );
    }
    let hidden = differs(&|found| {
        found.hidden_tools == wanted.hidden_tools
            && found.hidden_instance_types == wanted.hidden_instance_types
    });
    if hidden || repair.contains(&Fixed::SessionNames) {
        let tools = wanted.hidden_tools.iter();
        let types = wanted.hidden_instance_types.iter();
        let tools = tools.map(|name| MlTools::from(name.as_str())).collect();
        let types = types
            .map(|name| AppInstanceType::from(name.as_str()))
            .collect();
        settings = settings.studio_web_portal_settings(
            StudioWebPortalSettings::builder()
                .set_hidden_ml_tools(Some(tools))
                .set_hidden_instance_types(Some(types))
                .execution_role_session_name_mode(ExecutionRoleSessionNameMode::UserIdentity)
                .build(),
        );
    }
    if repair.contains(&Fixed::NoSharing) {
        let sharing = SharingSettings::builder();
        settings = settings.sharing_settings(
            sharing
                .notebook_output_option(NotebookOutputOption::Disabled)
                .build(),
        );
    }
    if repair.contains(&Fixed::Portal) {
        settings = settings
            .studio_web_portal(StudioWebPortal::Enabled)
            .default_landing_uri(LANDING);
    }
    Ok(settings.build())
}

/// Where the settings are not as in every domain of a platform.
pub(super) fn deviations(found: &UserSettings) -> Vec<Fixed> {
    let sharing = found.sharing_settings.as_ref();
    let option = sharing.and_then(|sharing| sharing.notebook_output_option.as_ref());
    let portal = found.studio_web_portal_settings.as_ref();
    let mode = portal.and_then(|portal| portal.execution_role_session_name_mode.as_ref());
    let lands = found.studio_web_portal == Some(StudioWebPortal::Enabled)
        && found.default_landing_uri.as_deref() == Some(LANDING);
    let kept = [
        (
            Fixed::NoSharing,
            option != Some(&NotebookOutputOption::Allowed),
        ),
        (
            Fixed::SessionNames,
            mode == Some(&ExecutionRoleSessionNameMode::UserIdentity),
        ),
        (Fixed::Portal, lands),
    ];
    let broken = kept.into_iter().filter(|(_, kept)| !kept);
    broken.map(|(fixed, _)| fixed).collect()
}

/// The settings of a profile: those that differ from `found`.
pub(super) fn profile(
    wanted: &ProfileSettings,
    found: Option<&ProfileSettings>,
) -> Result<UserSettings, Error> {
    let differs = |same: &dyn Fn(&ProfileSettings) -> bool| !found.is_some_and(same);
    let mut settings = UserSettings::builder();
    if differs(&|found| found.role_arn == wanted.role_arn) {
        settings = settings.execution_role(&wanted.role_arn);
    }
    if differs(&|found| found.security_group_ids == wanted.security_group_ids) {
        settings = settings.set_security_groups(Some(wanted.security_group_ids.clone()));
    }
    if let Some(app) = &wanted.jupyter_lab
        && differs(&|found| found.jupyter_lab.as_ref() == Some(app))
    {
        let found = found.and_then(|found| found.jupyter_lab.as_ref());
        settings = settings.jupyter_lab_app_settings(jupyter_lab(app, found)?);
    }
    if let Some(app) = &wanted.code_editor
        && differs(&|found| found.code_editor.as_ref() == Some(app))
    {
        let found = found.and_then(|found| found.code_editor.as_ref());
        settings = settings.code_editor_app_settings(code_editor(app, found)?);
    }
    Ok(settings.build())
}

/// The settings that a profile has.
pub(super) fn read_profile(found: UserSettings) -> ProfileSettings {
    let mut security_group_ids = found.security_groups.unwrap_or_default();
    security_group_ids.sort();
    ProfileSettings {
        role_arn: found.execution_role.unwrap_or_default(),
        security_group_ids,
        jupyter_lab: found.jupyter_lab_app_settings.and_then(read_jupyter_lab),
        code_editor: found.code_editor_app_settings.and_then(read_code_editor),
    }
}

/// The other settings of a new domain.
pub(super) fn new_domain(wanted: &DomainSettings) -> SdkDomainSettings {
    SdkDomainSettings::builder()
        .docker_settings(docker(wanted))
        .build()
}

/// The other settings that UpdateDomain has to change; `None` for nothing.
pub(super) fn changed_domain(
    wanted: &DomainSettings,
    found: &DomainSettings,
) -> Option<DomainSettingsForUpdate> {
    let same = found.docker == wanted.docker
        && found.docker_trusted_account_ids == wanted.docker_trusted_account_ids;
    (!same).then(|| {
        DomainSettingsForUpdate::builder()
            .docker_settings(docker(wanted))
            .build()
    })
}

fn docker(wanted: &DomainSettings) -> DockerSettings {
    let access = match wanted.docker {
        true => FeatureStatus::Enabled,
        false => FeatureStatus::Disabled,
    };
    let accounts = wanted.docker_trusted_account_ids.iter().cloned().collect();
    DockerSettings::builder()
        .enable_docker_access(access)
        .set_vpc_only_trusted_accounts(Some(accounts))
        .build()
}

fn jupyter_lab(
    wanted: &AppSettings,
    found: Option<&AppSettings>,
) -> Result<JupyterLabAppSettings, Error> {
    Ok(JupyterLabAppSettings::builder()
        .default_resource_spec(resource_spec(wanted, found))
        .set_lifecycle_config_arns(Some(wanted.lifecycle_config_arns.clone()))
        .set_custom_images(Some(images(wanted)?))
        .app_lifecycle_management(idle(wanted.idle)?)
        .build())
}

fn code_editor(
    wanted: &AppSettings,
    found: Option<&AppSettings>,
) -> Result<CodeEditorAppSettings, Error> {
    Ok(CodeEditorAppSettings::builder()
        .default_resource_spec(resource_spec(wanted, found))
        .set_lifecycle_config_arns(Some(wanted.lifecycle_config_arns.clone()))
        .set_custom_images(Some(images(wanted)?))
        .app_lifecycle_management(idle(wanted.idle)?)
        .build())
}

fn resource_spec(wanted: &AppSettings, found: Option<&AppSettings>) -> ResourceSpec {
    let has = found.is_some_and(|found| found.default_lifecycle_config_arn.is_some());
    let taken_away = has.then(|| NONE.to_owned());
    ResourceSpec::builder()
        .instance_type(AppInstanceType::from(wanted.instance_type.as_str()))
        .set_lifecycle_config_arn(wanted.default_lifecycle_config_arn.clone().or(taken_away))
        .build()
}

fn images(wanted: &AppSettings) -> Result<Vec<SdkImage>, Error> {
    let images = wanted.custom_images.iter().map(|image| {
        let version = image.image_version_number.map(number).transpose()?;
        Ok(SdkImage::builder()
            .image_name(&image.image_name)
            .app_image_config_name(&image.app_image_config_name)
            .set_image_version_number(version)
            .build())
    });
    images.collect()
}

fn idle(timeout: Option<IdleTimeout>) -> Result<AppLifecycleManagement, Error> {
    let settings = IdleSettings::builder();
    let settings = match timeout {
        None => settings.lifecycle_management(LifecycleManagement::Disabled),
        Some(IdleTimeout { minutes, locked }) => {
            let range = match locked {
                true => (minutes, minutes),
                false => (IDLE_MINUTES_MIN, IDLE_MINUTES_MAX),
            };
            settings
                .lifecycle_management(LifecycleManagement::Enabled)
                .idle_timeout_in_minutes(number(minutes)?)
                .min_idle_timeout_in_minutes(number(range.0)?)
                .max_idle_timeout_in_minutes(number(range.1)?)
        }
    };
    Ok(AppLifecycleManagement::builder()
        .idle_settings(settings.build())
        .build())
}

pub(super) fn number(number: i64) -> Result<i32, Error> {
    i32::try_from(number).map_err(|_| Error::Invalid {
        attribute: None,
        message: format!("{number} is too large for SageMaker"),
        remedy: "choose a smaller number".to_owned(),
    })
}

/// The settings that a domain has.
pub(super) fn read_domain(user: UserSettings, domain: Option<SdkDomainSettings>) -> DomainSettings {
    let mut security_group_ids = user.security_groups.unwrap_or_default();
    security_group_ids.sort();
    let sizes = user
        .space_storage_settings
        .and_then(|storage| storage.default_ebs_storage_settings);
    let size = |given: Option<i32>, default| given.map_or(default, i64::from);
    let portal = user.studio_web_portal_settings;
    let docker = domain.and_then(|domain| domain.docker_settings);
    let tools = portal
        .as_ref()
        .map(StudioWebPortalSettings::hidden_ml_tools);
    let types = portal
        .as_ref()
        .map(StudioWebPortalSettings::hidden_instance_types);
    DomainSettings {
        execution_role_arn: user.execution_role.unwrap_or_default(),
        security_group_ids,
        jupyter_lab: user
            .jupyter_lab_app_settings
            .and_then(read_jupyter_lab)
            .unwrap_or_default(),
        code_editor: user
            .code_editor_app_settings
            .and_then(read_code_editor)
            .unwrap_or_default(),
        volumes: VolumeSizes {
            default: size(
                sizes
                    .as_ref()
                    .and_then(|sizes| sizes.default_ebs_volume_size_in_gb),
                VOLUME_SIZE_DEFAULT.default,
            ),
            maximum: size(
                sizes
                    .as_ref()
                    .and_then(|sizes| sizes.maximum_ebs_volume_size_in_gb),
                VOLUME_SIZE_DEFAULT.maximum,
            ),
        },
        hidden_tools: tools
            .unwrap_or_default()
            .iter()
            .map(|tool| tool.as_str().to_owned())
            .collect(),
        hidden_instance_types: types
            .unwrap_or_default()
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect(),
        docker: docker
            .as_ref()
            .is_some_and(|docker| docker.enable_docker_access == Some(FeatureStatus::Enabled)),
        docker_trusted_account_ids: docker
            .and_then(|docker| docker.vpc_only_trusted_accounts)
            .unwrap_or_default()
            .into_iter()
            .collect(),
    }
}

/// The settings of `JupyterLab`; `None` when nothing of what can be configured is set.
pub(super) fn read_jupyter_lab(found: JupyterLabAppSettings) -> Option<AppSettings> {
    app(
        found.default_resource_spec,
        found.app_lifecycle_management,
        found.lifecycle_config_arns,
        found.custom_images,
    )
}

/// As [`read_jupyter_lab`], of Code Editor.
pub(super) fn read_code_editor(found: CodeEditorAppSettings) -> Option<AppSettings> {
    app(
        found.default_resource_spec,
        found.app_lifecycle_management,
        found.lifecycle_config_arns,
        found.custom_images,
    )
}

fn app(
    spec: Option<ResourceSpec>,
    lifecycle: Option<AppLifecycleManagement>,
    arns: Option<Vec<String>>,
    images: Option<Vec<SdkImage>>,
) -> Option<AppSettings> {
    // The image in it is one that SageMaker fills in.
    let (instance_type, default) = match spec {
        Some(spec) => (spec.instance_type, some(spec.lifecycle_config_arn)),
        None => (None, None),
    };
    let idle = lifecycle.and_then(|lifecycle| lifecycle.idle_settings);
    let images = images
        .unwrap_or_default()
        .into_iter()
        .map(|image| CustomImage {
            image_name: image.image_name.unwrap_or_default(),
            app_image_config_name: image.app_image_config_name.unwrap_or_default(),
            image_version_number: image.image_version_number.map(i64::from),
        });
    let settings = AppSettings {
        idle: idle.as_ref().and_then(read_idle),
        default_lifecycle_config_arn: default.filter(|arn| arn != NONE),
        lifecycle_config_arns: arns.unwrap_or_default(),
        custom_images: images.collect(),
        ..AppSettings::default()
    };
    let given = instance_type.is_some() || idle.is_some() || settings != AppSettings::default();
    given.then(|| match instance_type {
        Some(kind) => AppSettings {
            instance_type: kind.as_str().to_owned(),
            ..settings
        },
        None => settings,
    })
}

fn read_idle(found: &IdleSettings) -> Option<IdleTimeout> {
    let enabled = found.lifecycle_management == Some(LifecycleManagement::Enabled);
    let minutes = found.idle_timeout_in_minutes.filter(|_| enabled)?;
    let locked = [
        found.min_idle_timeout_in_minutes,
        found.max_idle_timeout_in_minutes,
    ];
    Some(IdleTimeout {
        minutes: minutes.into(),
        locked: locked == [Some(minutes); 2],
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::domain::tests::spec;
    use super::*;

    fn full() -> DomainSettings {
        let app = |name: &str| AppSettings {
            instance_type: "ml.m5.large".to_owned(),
            idle: Some(IdleTimeout {
                minutes: 120,
                locked: name == "jl",
            }),
            default_lifecycle_config_arn: Some(format!("arn:{name}")),
            lifecycle_config_arns: vec![format!("arn:{name}"), "arn:other".to_owned()],
            custom_images: vec![CustomImage {
                image_name: name.to_owned(),
                app_image_config_name: format!("{name}-config"),
                image_version_number: Some(3),
            }],
        };
        DomainSettings {
            jupyter_lab: app("jl"),
            code_editor: app("ce"),
            volumes: VolumeSizes {
                default: 10,
                maximum: 200,
            },
            hidden_tools: BTreeSet::from(["AutoMl".to_owned(), "NewTool".to_owned()]),
            hidden_instance_types: BTreeSet::from(["ml.p4d.24xlarge".to_owned()]),
            docker: true,
            docker_trusted_account_ids: BTreeSet::from(["210987654321".to_owned()]),
            ..spec().settings
        }
    }

    #[test]
    fn settings_read_back_what_was_created() {
        for settings in [spec().settings, full()] {
            let user = new_user(&settings).unwrap();
            assert_eq!(deviations(&user), []);
            assert_eq!(read_domain(user, Some(new_domain(&settings))), settings);
        }
    }

    #[test]
    fn profile_reads_back_and_changes_what_differs() {
        let bare = ProfileSettings {
            role_arn: "arn:aws:iam::123456789012:role/member".to_owned(),
            security_group_ids: Vec::new(),
            jupyter_lab: None,
            code_editor: None,
        };
        let full = ProfileSettings {
            security_group_ids: vec!["sg-1".to_owned()],
            jupyter_lab: Some(full().jupyter_lab),
            code_editor: Some(full().code_editor),
            ..bare.clone()
        };
        for settings in [&bare, &full] {
            assert_eq!(read_profile(profile(settings, None).unwrap()), *settings);
            assert_eq!(profile(settings, Some(settings)).unwrap(), none());
        }
        let changed = profile(&bare, Some(&full)).unwrap();
        assert_eq!(changed.security_groups, Some(Vec::new()));
        assert_eq!(changed.execution_role, None);
    }

    #[test]
    fn changes_hold_what_differs() {
        let (bare, full) = (spec().settings, full());
        assert_eq!(changed_user(&full, &full, &[]).unwrap(), None);
        assert_eq!(changed_domain(&full, &full), None);
        let docker = DomainSettings {
            docker: true,
            ..bare.clone()
        };
        assert_eq!(changed_user(&docker, &bare, &[]).unwrap(), None);
        assert!(changed_domain(&docker, &bare).is_some());
        let role = DomainSettings {
            execution_role_arn: "arn:aws:iam::123456789012:role/other".to_owned(),
            ..bare.clone()
        };
        let only_role = UserSettings::builder().execution_role(&role.execution_role_arn);
        assert_eq!(
            changed_user(&role, &bare, &[]).unwrap(),
            Some(only_role.build())
        );
        let repaired = changed_user(&bare, &bare, &[Fixed::Portal]).unwrap();
        assert_eq!(repaired.unwrap().default_landing_uri(), Some(LANDING));
    }

    #[test]
    fn changes_take_away_by_saying_so() {
        let (bare, full) = (spec().settings, full());
        let changed = changed_user(&bare, &full, &[]).unwrap().unwrap();
        let lab = changed.jupyter_lab_app_settings.unwrap();
        assert_eq!(lab.lifecycle_config_arns, Some(Vec::new()));
        assert_eq!(lab.custom_images, Some(Vec::new()));
        let found = lab.default_resource_spec.unwrap();
        assert_eq!(found.lifecycle_config_arn.as_deref(), Some("None"));
        let idle = lab.app_lifecycle_management.unwrap().idle_settings.unwrap();
        assert_eq!(
            idle.lifecycle_management,
            Some(LifecycleManagement::Disabled)
        );
        let portal = changed.studio_web_portal_settings.unwrap();
        assert_eq!(portal.hidden_ml_tools, Some(Vec::new()));
        assert_eq!(portal.hidden_instance_types, Some(Vec::new()));
        let docker = changed_domain(&bare, &full).unwrap().docker_settings;
        assert_eq!(docker.unwrap().vpc_only_trusted_accounts, Some(Vec::new()));
    }

    #[test]
    fn filled_in_image_is_no_setting() {
        let image = ResourceSpec::builder().sage_maker_image_arn("arn:image");
        let lab = JupyterLabAppSettings::builder().default_resource_spec(image.build());
        assert_eq!(read_jupyter_lab(lab.build()), None);
    }
}
