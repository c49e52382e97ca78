# Predicts for a whole dataset.
import sagemaker
from sagemaker.sklearn.model import SKLearnModel

session = sagemaker.Session()
model = SKLearnModel(
    model_data=session.upload_data("model.tar.gz", key_prefix="models"),
    role=sagemaker.get_execution_role(),
    entry_point="train.py",
    framework_version="1.2-1",
)
transformer = model.transformer(instance_count=1, instance_type="ml.m5.large")
transformer.transform(session.upload_data("train.csv", key_prefix="cards"), content_type="text/csv")
transformer.wait()
