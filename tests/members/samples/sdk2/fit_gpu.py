# Trains on a GPU instance, whose local disks take no key.
import sagemaker
from sagemaker.pytorch import PyTorch

session = sagemaker.Session()
estimator = PyTorch(
    entry_point="train.py",
    framework_version="2.3",
    py_version="py311",
    instance_type="ml.g5.xlarge",
    instance_count=1,
    role=sagemaker.get_execution_role(),
)
estimator.fit({"train": session.upload_data("train.csv", key_prefix="cards")})
