# Trains on an ml.m5.large instance and shows the log.
import sagemaker
from sagemaker.sklearn.estimator import SKLearn

session = sagemaker.Session()
bucket = session.default_bucket()
train = session.upload_data("train.csv", bucket=bucket, key_prefix="cards")
estimator = SKLearn(
    entry_point="train.py",
    framework_version="1.2-1",
    instance_type="ml.m5.large",
    role=sagemaker.get_execution_role(),
    hyperparameters={"depth": 3},
    sagemaker_session=session,
)
estimator.fit({"train": train})
print(estimator.model_data)
