# Registers a model and approves it.
import sagemaker
from sagemaker.sklearn.model import SKLearnModel

session = sagemaker.Session()
session.sagemaker_client.create_model_package_group(ModelPackageGroupName="card-models")
model = SKLearnModel(
    model_data=session.upload_data("model.tar.gz", key_prefix="models"),
    role=sagemaker.get_execution_role(),
    entry_point="train.py",
    framework_version="1.2-1",
)
package = model.register(
    content_types=["text/csv"],
    response_types=["text/csv"],
    inference_instances=["ml.m5.large"],
    transform_instances=["ml.m5.large"],
    model_package_group_name="card-models",
)
package.update_approval_status("Approved")
