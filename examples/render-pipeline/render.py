"""Writes pipeline.json, the definition that deploy-pipeline uploads."""

from pathlib import Path

from sagemaker.estimator import Estimator
from sagemaker.model import Model
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import TrainingStep

IMAGE = "111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price-training:3"
ROLE = "arn:aws:iam::111122223333:role/resale-price-pipeline"

session = PipelineSession(default_bucket="resale-price")
place = {"output_path": "s3://resale-price/models", "sagemaker_session": session}
train = TrainingStep("Train", step_args=Estimator(IMAGE, ROLE, 1, "ml.m5.large", **place).fit())
model = Model(IMAGE, train.properties.ModelArtifacts.S3ModelArtifacts, ROLE, sagemaker_session=session)
version = model.register(
    model_package_group_name="ResalePriceModelGroup",
    approval_status="PendingManualApproval",
    content_types=["application/json"],
    response_types=["application/json"],
    inference_instances=["ml.m5.large"],
)
pipeline = Pipeline("resale-price", steps=[train, ModelStep("Resale", step_args=version)], sagemaker_session=session)

# Not print(): the SDK writes its log to the same place.
Path("pipeline.json").write_text(pipeline.definition())
