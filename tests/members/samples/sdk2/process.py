# Runs a processing job with input and output, and one with neither.
import sagemaker
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor

session = sagemaker.Session()
processor = SKLearnProcessor(
    framework_version="1.2-1",
    role=sagemaker.get_execution_role(),
    instance_type="ml.m5.large",
    instance_count=1,
)
source = session.upload_data("train.csv", key_prefix="cards")
processor.run(
    code="train.py",
    inputs=[ProcessingInput(source=source, destination="/opt/ml/processing/input")],
    outputs=[ProcessingOutput(source="/opt/ml/processing/output")],
)
processor.run(code="train.py")
