# Searches for hyperparameters.
import sagemaker
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.tuner import HyperparameterTuner, IntegerParameter

session = sagemaker.Session()
estimator = SKLearn(
    entry_point="train.py",
    framework_version="1.2-1",
    instance_type="ml.m5.large",
    role=sagemaker.get_execution_role(),
)
tuner = HyperparameterTuner(
    estimator,
    "accuracy",
    {"depth": IntegerParameter(1, 5)},
    metric_definitions=[{"Name": "accuracy", "Regex": "accuracy=(.*)"}],
    max_jobs=1,
)
tuner.fit({"train": session.upload_data("train.csv", key_prefix="cards")})
print(tuner.best_training_job())
