# Deploys a model without instances.
import sagemaker
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.sklearn.model import SKLearnModel

session = sagemaker.Session()
model = SKLearnModel(
    model_data=session.upload_data("model.tar.gz", key_prefix="models"),
    role=sagemaker.get_execution_role(),
    entry_point="train.py",
    framework_version="1.2-1",
)
predictor = model.deploy(serverless_inference_config=ServerlessInferenceConfig())
predictor.delete_endpoint()
