# Records a run of an experiment.
from sagemaker.experiments.run import Run

with Run(experiment_name="depths", run_name="first") as run:
    run.log_parameter("depth", 3)
    run.log_metric("accuracy", 0.9)
