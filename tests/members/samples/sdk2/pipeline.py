# Defines a pipeline that trains and makes a model, and runs it.
import sagemaker
from sagemaker.inputs import TrainingInput
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.parameters import ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import ProcessingStep, TrainingStep

session = PipelineSession()
role = sagemaker.get_execution_role()
source = ParameterString("Source", sagemaker.Session().upload_data("train.csv", key_prefix="cards"))
processor = SKLearnProcessor(
    framework_version="1.2-1",
    role=role,
    instance_type="ml.m5.large",
    instance_count=1,
    sagemaker_session=session,
)
estimator = SKLearn(
    entry_point="train.py",
    framework_version="1.2-1",
    instance_type="ml.m5.large",
    role=role,
    sagemaker_session=session,
)
pipeline = Pipeline(
    name="score-cards",
    parameters=[source],
    steps=[
        ProcessingStep("Check", step_args=processor.run(code="train.py")),
        TrainingStep("Train", step_args=estimator.fit({"train": TrainingInput(source)})),
    ],
    sagemaker_session=session,
)
pipeline.upsert(role_arn=role)
pipeline.upsert(role_arn=role)
execution = pipeline.start()
execution.wait(delay=1)
print([(step["StepName"], step["StepStatus"]) for step in execution.list_steps()])
