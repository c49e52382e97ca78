# Makes a feature group and writes and reads records.
import time

import pandas
import sagemaker
from sagemaker.feature_store.feature_group import FeatureGroup

session = sagemaker.Session()
frame = pandas.DataFrame({"id": ["1"], "amount": [2.5], "time": [time.time()]})
frame["id"] = frame["id"].astype("string")
group = FeatureGroup("card-features", sagemaker_session=session)
group.load_feature_definitions(frame)
group.create(
    s3_uri=f"s3://{session.default_bucket()}/features",
    record_identifier_name="id",
    event_time_feature_name="time",
    role_arn=sagemaker.get_execution_role(),
    enable_online_store=True,
)
while group.describe()["FeatureGroupStatus"] == "Creating":
    time.sleep(1)
group.ingest(frame)
assert group.get_record("1")
