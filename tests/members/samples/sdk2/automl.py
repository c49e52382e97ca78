# Lets SageMaker find a model.
import sagemaker
from sagemaker.automl.automlv2 import AutoMLDataChannel, AutoMLTabularConfig, AutoMLV2

session = sagemaker.Session()
job = AutoMLV2(
    problem_config=AutoMLTabularConfig(target_attribute_name="y"),
    role=sagemaker.get_execution_role(),
    sagemaker_session=session,
)
source = session.upload_data("train.csv", key_prefix="cards")
job.fit(AutoMLDataChannel(s3_data_type="S3Prefix", s3_uri=source, channel_type="training"), wait=False)
print(job.describe_auto_ml_job()["AutoMLJobStatus"])
