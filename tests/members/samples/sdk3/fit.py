# Trains on an ml.m5.large instance and shows the log.
from sagemaker.core.helper.session_helper import Session
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode

session = Session()
train = session.upload_data("train.csv", bucket=session.default_bucket(), key_prefix="cards")
trainer = ModelTrainer(
    training_image="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
    source_code=SourceCode(source_dir="code", entry_script="train.py"),
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
)
trainer.train(input_data_config=[InputData(channel_name="train", data_source=train)])
