# Trains, deploys to an endpoint, asks it, and cleans up.
import sagemaker
from sagemaker.deserializers import JSONDeserializer
from sagemaker.serializers import JSONSerializer
from sagemaker.sklearn.estimator import SKLearn

session = sagemaker.Session()
estimator = SKLearn(
    entry_point="train.py",
    framework_version="1.2-1",
    instance_type="ml.m5.large",
    role=sagemaker.get_execution_role(),
)
estimator.fit({"train": session.upload_data("train.csv", key_prefix="cards")})
predictor = estimator.deploy(
    initial_instance_count=1,
    instance_type="ml.m5.large",
    serializer=JSONSerializer(),
    deserializer=JSONDeserializer(),
)
assert predictor.predict([[1, 2]]) == [[1, 2]]
predictor.delete_model()
predictor.delete_endpoint()
