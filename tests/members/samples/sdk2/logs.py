# Lists the own jobs and reads the log of one.
import sagemaker
from sagemaker.sklearn.estimator import SKLearn

session = sagemaker.Session()
estimator = SKLearn(
    entry_point="train.py",
    framework_version="1.2-1",
    instance_type="ml.m5.large",
    role=sagemaker.get_execution_role(),
)
estimator.fit({"train": session.upload_data("train.csv", key_prefix="cards")}, wait=False)
session.logs_for_job(estimator.latest_training_job.name, wait=True)
