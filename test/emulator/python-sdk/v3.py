"""
Renders v3.json, with sagemaker-mlops 1.27.0 (sagemaker-core 2.27.0), any AWS keys and no AWS account:

    AWS_ENDPOINT_URL=<an S3 and IAM, such as moto_server> SAGEMAKER_VALIDATE_ROLE=false python3 v3.py > v3.json
"""

import boto3
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThan,
    ConditionGreaterThanOrEqualTo,
    ConditionIn,
    ConditionNot,
    ConditionOr,
)
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterBoolean, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig

ROLE = "arn:aws:iam::111122223333:role/resale-price-pipeline"
IMAGE = "111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1"

session = PipelineSession(
    boto_session=boto3.Session(region_name="ap-southeast-1"), default_bucket="resale-price"
)
max_rmse = ParameterFloat("MaxRmse", default_value=50000.0)
stage = ParameterString("Stage", default_value="dev", enum_values=["dev", "uat"])
force = ParameterBoolean("Force", default_value=False)
instances = ParameterInteger("Instances", default_value=1)


def output(name):
    place = Join(on="/", values=["s3://resale-price/runs", ExecutionVariables.PIPELINE_EXECUTION_ID, name])
    written = ProcessingS3Output(s3_uri=place, local_path=f"/opt/ml/processing/{name}", s3_upload_mode="EndOfJob")
    return ProcessingOutput(output_name=name, s3_output=written)


def processor():
    return Processor(
        role=ROLE, image_uri=IMAGE, instance_count=instances, instance_type="ml.m5.large", sagemaker_session=session
    )


prepare = ProcessingStep("Prepare", step_args=processor().run(outputs=[output("train")]))
trainer = ModelTrainer(
    training_image=IMAGE,
    role=ROLE,
    sagemaker_session=session,
    base_job_name="train",
    compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=30),
    hyperparameters={"depth": 6},
    output_data_config=OutputDataConfig(s3_output_path="s3://resale-price/models"),
    input_data_config=[
        InputData(
            channel_name="train",
            data_source=prepare.properties.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri,
        )
    ],
)
train = TrainingStep("Train", step_args=trainer.train())
artifacts = train.properties.ModelArtifacts.S3ModelArtifacts

report = PropertyFile("Report", "evaluation", "evaluation.json")
trained = ProcessingS3Input(
    s3_uri=artifacts, local_path="/opt/ml/processing/model", s3_data_type="S3Prefix", s3_input_mode="File"
)
evaluate = ProcessingStep(
    "Evaluate",
    step_args=processor().run(
        inputs=[ProcessingInput(input_name="model", s3_input=trained)], outputs=[output("evaluation")]
    ),
    property_files=[report],
)

builder = ModelBuilder(image_uri=IMAGE, s3_model_data_url=artifacts, role_arn=ROLE, sagemaker_session=session)
register = ModelStep(
    "Register",
    step_args=builder.register(
        model_package_group_name="FromTheSdk",
        content_types=["application/json"],
        response_types=["application/json"],
        inference_instances=["ml.m5.large"],
        approval_status="PendingManualApproval",
    ),
)

evaluation = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
rmse = JsonGet(step_name="Evaluate", property_file=report, json_path="metrics.rmse")
r2 = JsonGet(
    step_name="Evaluate", s3_uri=Join(on="/", values=[evaluation, "evaluation.json"]), json_path="metrics.r2"
)
good_enough = ConditionStep(
    "GoodEnough",
    depends_on=[evaluate],
    conditions=[
        ConditionNot(ConditionGreaterThan(rmse, max_rmse)),
        ConditionOr([ConditionEquals(force, True), ConditionGreaterThanOrEqualTo(r2, 0.8)]),
        ConditionIn(stage, ["dev", "uat"]),
    ],
    if_steps=[register],
    else_steps=[FailStep("TooBad", error_message=Join(on=" ", values=["The RMSE is above", max_rmse]))],
)
pipeline = Pipeline(
    "resale-price",
    parameters=[max_rmse, stage, force, instances],
    steps=[prepare, train, evaluate, good_enough],
    sagemaker_session=session,
)

if __name__ == "__main__":
    print(pipeline.definition())
