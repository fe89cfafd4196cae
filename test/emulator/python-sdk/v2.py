"""Renders v2.json, with sagemaker 2.257.7 and any AWS keys: python3 v2.py > v2.json"""

import boto3
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThan,
    ConditionGreaterThanOrEqualTo,
    ConditionIn,
    ConditionNot,
    ConditionOr,
)
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterBoolean, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import ProcessingStep, TrainingStep

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
    return ProcessingOutput(output_name=name, source=f"/opt/ml/processing/{name}", destination=place)


def processor():
    return Processor(
        role=ROLE, image_uri=IMAGE, instance_count=instances, instance_type="ml.m5.large", sagemaker_session=session
    )


prepare = ProcessingStep("Prepare", step_args=processor().run(outputs=[output("train")]))
estimator = Estimator(
    IMAGE,
    ROLE,
    1,
    "ml.m5.large",
    output_path="s3://resale-price/models",
    sagemaker_session=session,
    hyperparameters={"depth": 6},
)
data = prepare.properties.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri
train = TrainingStep("Train", step_args=estimator.fit({"train": TrainingInput(data)}))
artifacts = train.properties.ModelArtifacts.S3ModelArtifacts

report = PropertyFile("Report", "evaluation", "evaluation.json")
trained = ProcessingInput(source=artifacts, destination="/opt/ml/processing/model", input_name="model")
evaluate = ProcessingStep(
    "Evaluate",
    step_args=processor().run(inputs=[trained], outputs=[output("evaluation")]),
    property_files=[report],
)

model = Model(image_uri=IMAGE, model_data=artifacts, role=ROLE, sagemaker_session=session)
register = ModelStep(
    "Register",
    step_args=model.register(
        content_types=["application/json"],
        response_types=["application/json"],
        inference_instances=["ml.m5.large"],
        model_package_group_name="FromTheSdk",
        approval_status="PendingManualApproval",
    ),
)
create = ModelStep("Create", step_args=model.create(instance_type="ml.m5.large"))

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
    if_steps=[register, create],
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
