# Makes a model, deploys it, asks it, and cleans up, with the classes of sagemaker-core.
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.resources import Endpoint, EndpointConfig, Model
from sagemaker.core.shapes import ContainerDefinition, ProductionVariant

session = Session()
Model.create(
    model_name="scorer",
    execution_role_arn=get_execution_role(),
    primary_container=ContainerDefinition(
        image="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
        model_data_url=session.upload_data("model.tar.gz", key_prefix="models"),
    ),
)
variant = ProductionVariant(
    variant_name="AllTraffic",
    model_name="scorer",
    instance_type="ml.m5.large",
    initial_instance_count=1,
)
EndpointConfig.create(endpoint_config_name="scorer", production_variants=[variant])
endpoint = Endpoint.create(endpoint_name="scorer", endpoint_config_name="scorer")
endpoint.wait_for_status("InService")
assert endpoint.invoke(body="[[1, 2]]", content_type="application/json").body.read() == b"[[1, 2]]"
endpoint.delete()
