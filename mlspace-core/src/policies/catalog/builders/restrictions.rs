//! Policies that restrict what roles can start.

use super::super::arguments::Arguments;
use super::super::template::Documents;
use super::deployment::{account, one};
use crate::policies::{
    DeniedService, InstanceTypes, denied_services_policy, instance_type_policy, volume_key_policy,
};

pub(in super::super) fn instance_types(arguments: &Arguments) -> Documents {
    account(arguments)?;
    Ok(vec![instance_type_policy(&InstanceTypes {
        notebooks: arguments.strings("notebook_instance_types"),
        training: arguments.strings("training_instance_types"),
        processing: arguments.strings("processing_instance_types"),
        transform: arguments.strings("transform_instance_types"),
        endpoints: arguments.strings("endpoint_instance_types"),
    })?])
}

pub(in super::super) fn volume_key(arguments: &Arguments) -> Documents {
    one(arguments, |context| {
        volume_key_policy(context, arguments.strings("exempt_instance_types"))
    })
}

pub(in super::super) fn denied_services(arguments: &Arguments) -> Documents {
    let services = arguments.choices("services", &DeniedService::NAMES)?;
    let roles = arguments.strings("emr_role_arns");
    Ok(
        denied_services_policy(&account(arguments)?, &services, roles)?
            .into_iter()
            .collect(),
    )
}
