//! The attributes `jupyter_lab` and `code_editor` of Studio's domains and profiles.

use mlspace_core::studio::{
    AppSettings, CustomImage, IDLE_MINUTES_MAX, IDLE_MINUTES_MIN, IdleTimeout,
};
use serde::{Deserialize, Serialize};

use crate::mapping::{self, StringList};
use crate::validators;
use terraform_plugin::framework::{Attribute, Diagnostics, Field, Nesting, Type};

/// Settings of one kind of app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AppModel {
    instance_type: Field<String>,
    idle_timeout_minutes: Field<i64>,
    idle_timeout_locked: Field<bool>,
    default_lifecycle_config_arn: Field<String>,
    lifecycle_config_arns: StringList,
    custom_images: Field<Vec<Field<ImageModel>>>,
}

/// An image of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ImageModel {
    image_name: Field<String>,
    app_image_config_name: Field<String>,
    image_version_number: Field<i64>,
}

/// The attribute of the app called `app`; `whose` says of which spaces, and what holds without it.
pub(crate) fn attribute(name: &str, app: &str, whose: &str) -> Attribute {
    Attribute::nested(
        name,
        Nesting::Single,
        [
            Attribute::string("instance_type")
                .optional()
                .describe("Instance type of a space that names none. Defaults to `ml.t3.medium`.")
                .validate(validators::instance_type),
            Attribute::integer("idle_timeout_minutes")
                .optional()
                .describe(format!(
                    "Minutes without use after which SageMaker stops an app: {IDLE_MINUTES_MIN} to \
                     {IDLE_MINUTES_MAX}. Without it, apps run until somebody stops them. A running kernel or an open \
                     terminal is use. Images of one's own need version 2.0 of SageMaker Distribution, or the package \
                     `jupyter-activity-monitor-extension`."
                ))
                .validate(validators::between(IDLE_MINUTES_MIN, IDLE_MINUTES_MAX)),
            Attribute::bool("idle_timeout_locked").optional().describe(
                "Whether members cannot choose another time for their spaces. Defaults to `true`.",
            ),
            Attribute::string("default_lifecycle_config_arn").optional().describe(
                "ARN of the lifecycle configuration of a space that names none; one of `lifecycle_config_arns`.",
            ),
            Attribute::list("lifecycle_config_arns", Type::String)
                .optional()
                .describe("ARNs of the lifecycle configurations of Studio that members can choose from."),
            Attribute::nested(
                "custom_images",
                Nesting::List,
                [
                    Attribute::string("image_name")
                        .required()
                        .describe("Name of the SageMaker image."),
                    Attribute::string("app_image_config_name")
                        .required()
                        .describe("Name of the app image configuration."),
                    Attribute::integer("image_version_number")
                        .optional()
                        .describe("Version of the image. Defaults to the latest one.")
                        .validate(validators::between(0, i64::from(i32::MAX))),
                ],
            )
            .optional()
            .describe("Images of one's own that members can choose."),
        ],
    )
    .optional()
    .describe(format!("Settings of {app} {whose}"))
}

/// The settings in the attribute, which must be known; `None` if it is null.
pub(crate) fn settings(
    field: &Field<AppModel>,
    attribute: &str,
) -> Result<Option<AppSettings>, Diagnostics> {
    match field {
        Field::Null => Ok(None),
        Field::Unknown => Err(mapping::missing_value(attribute)),
        Field::Known(model) => model.settings(attribute).map(Some),
    }
}

/// The attribute for settings that were found: as it is if it says the same.
pub(crate) fn attribute_of(field: Field<AppModel>, found: Option<&AppSettings>) -> Field<AppModel> {
    match settings(&field, "") {
        Ok(known) if known.as_ref() == found => field,
        _ => found.map(AppModel::from).into(),
    }
}

impl AppModel {
    fn settings(&self, attribute: &str) -> Result<AppSettings, Diagnostics> {
        let minutes = known(&self.idle_timeout_minutes, attribute)?;
        let locked = known(&self.idle_timeout_locked, attribute)?;
        let images = match known(&self.custom_images, attribute)? {
            None => Vec::new(),
            Some(images) => images
                .iter()
                .map(|image| mapping::required(image, attribute)?.image(attribute))
                .collect::<Result<_, Diagnostics>>()?,
        };
        let mut settings = AppSettings {
            idle: minutes.map(|minutes| IdleTimeout {
                minutes,
                locked: locked.unwrap_or(true),
            }),
            default_lifecycle_config_arn: known(&self.default_lifecycle_config_arn, attribute)?,
            lifecycle_config_arns: match &self.lifecycle_config_arns {
                Field::Unknown => return Err(mapping::missing_value(attribute)),
                arns => mapping::optional_strings(arns, attribute)?.unwrap_or_default(),
            },
            custom_images: images,
            ..AppSettings::default()
        };
        if let Some(kind) = known(&self.instance_type, attribute)? {
            settings.instance_type = kind;
        }
        Ok(settings)
    }
}

impl ImageModel {
    fn image(&self, attribute: &str) -> Result<CustomImage, Diagnostics> {
        Ok(CustomImage {
            image_name: mapping::required(&self.image_name, attribute)?,
            app_image_config_name: mapping::required(&self.app_image_config_name, attribute)?,
            image_version_number: known(&self.image_version_number, attribute)?,
        })
    }
}

/// The value of a field; an error while it is unknown.
fn known<T: Clone>(field: &Field<T>, attribute: &str) -> Result<Option<T>, Diagnostics> {
    match field {
        Field::Null => Ok(None),
        Field::Unknown => Err(mapping::missing_value(attribute)),
        Field::Known(value) => Ok(Some(value.clone())),
    }
}

impl From<&AppSettings> for AppModel {
    fn from(found: &AppSettings) -> Self {
        let images = found.custom_images.iter().map(|image| {
            Field::Known(ImageModel {
                image_name: Field::Known(image.image_name.clone()),
                app_image_config_name: Field::Known(image.app_image_config_name.clone()),
                image_version_number: image.image_version_number.into(),
            })
        });
        let images: Vec<_> = images.collect();
        let some = |list: &[String]| match list.is_empty() {
            true => Field::Null,
            false => mapping::strings(list),
        };
        Self {
            instance_type: Field::Known(found.instance_type.clone()),
            idle_timeout_minutes: found.idle.map(|idle| idle.minutes).into(),
            idle_timeout_locked: found.idle.map(|idle| idle.locked).into(),
            default_lifecycle_config_arn: found.default_lifecycle_config_arn.clone().into(),
            lifecycle_config_arns: some(&found.lifecycle_config_arns),
            custom_images: match images.is_empty() {
                true => Field::Null,
                false => Field::Known(images),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings_of(model: &AppModel) -> AppSettings {
        model.settings("jupyter_lab").unwrap()
    }

    #[test]
    fn empty_attribute_has_the_defaults() {
        assert_eq!(settings_of(&AppModel::default()), AppSettings::default());
        let timed = AppModel {
            idle_timeout_minutes: Field::Known(60),
            ..AppModel::default()
        };
        let idle = settings_of(&timed).idle.unwrap();
        assert!(idle.locked && idle.minutes == 60);
    }

    #[test]
    fn attribute_of_keeps_what_says_the_same() {
        let written = Field::Known(AppModel {
            lifecycle_config_arns: Field::Known(Vec::new()),
            ..AppModel::default()
        });
        let found = AppSettings::default();
        assert_eq!(attribute_of(written.clone(), Some(&found)), written);
        let other = AppSettings {
            instance_type: "ml.m5.large".to_owned(),
            lifecycle_config_arns: vec!["arn:a".to_owned()],
            default_lifecycle_config_arn: Some("arn:a".to_owned()),
            custom_images: vec![CustomImage {
                image_name: "cards".to_owned(),
                app_image_config_name: "cards".to_owned(),
                image_version_number: Some(2),
            }],
            idle: Some(IdleTimeout {
                minutes: 90,
                locked: false,
            }),
        };
        let drifted = attribute_of(written, Some(&other));
        assert_eq!(settings_of(drifted.as_option().unwrap()), other);
        assert_eq!(attribute_of(Field::Null, None), Field::Null);
        assert!(attribute_of(drifted, None).is_null());
    }

    #[test]
    fn unknown_value_is_no_default() {
        let model = AppModel {
            idle_timeout_minutes: Field::Unknown,
            ..AppModel::default()
        };
        assert!(model.settings("jupyter_lab").is_err());
        assert!(settings(&Field::Unknown, "jupyter_lab").is_err());
    }
}
