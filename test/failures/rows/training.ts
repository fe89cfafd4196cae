import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../../../emulator/emulator.ts';
import deployPipeline from '../../../src/components/deploy-pipeline.ts';
import type { Row } from '../row.ts';
import { type Place, runBefore, untrained } from '../stage.ts';

/** What the project trains by says something else in one place. */
function amendDefinition({ root }: Place, from: string, to: string): void {
  const path = join(root, 'pipeline.json');
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`The definition does not say ${from}.`);
  writeFileSync(path, text.replace(from, to));
}

/** When AWS receives a request; its answer comes too late, so that no machine is quicker than the signal. */
const when = ({ faults }: Emulator, operation: string) =>
  new Promise<void>((seen) => {
    faults.meanwhile(operation, () => seen());
    faults.plan({ operation, kind: 'hang after' });
  });

const STEP_FAILED =
  'AlgorithmError: ExecuteUserScriptError: ExitCode 1 ErrorMessage "KeyError: floor_area_sqm", exit code: 1';
const trainsOnce = { CreatePipeline: 1, StartPipelineExecution: 1, UpdateModelPackage: 1 };

/** The training registers its version with an entry that only these components write. */
const FORGED = '"CustomerMetadataProperties": { "approved.dev": "by=mallory", ';

export const training: readonly Row[] = [
  {
    when: 'the training registers a version with registry entries',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR ResalePriceModelGroup version 1 has registry entries that its training wrote, not these components:',
    next: 'remove them from the training and give the role of the SageMaker Pipeline the policy that denies them (docs/permissions.md, "The role of the SageMaker Pipeline"). Then push: a new training registers a new version.',
    cause:
      'A step of the training writes metadata with a name such as `approved.dev`. Only these components may write it.',
    remedy:
      'Remove it from the training. Attach the Deny of [the role of the SageMaker Pipeline](permissions.md#the-role-of-the-sagemaker-pipeline) to the role.',
    stage: untrained,
    act: (place) => amendDefinition(place, '"CustomerMetadataProperties": {', FORGED),
    exit: 1,
    writes: trainsOnce,
    record: { outcome: 'nothing' },
  },
  {
    when: 'the pipeline does not exist yet',
    shows: [6],
    component: 'deploy-pipeline',
    seen: 'Created the pipeline resale-price.',
    cause: 'The SageMaker Pipeline does not exist yet: SageMaker says `ResourceNotFound`.',
    remedy: 'The job created it.',
    stage: untrained,
    exit: 0,
    writes: trainsOnce,
    record: { outcome: 'registered' },
  },
  {
    when: 'somebody creates the pipeline a moment before',
    shows: [7],
    component: 'deploy-pipeline',
    seen: 'Somebody else created the pipeline resale-price at the same time.',
    cause: 'Two pipelines of the project trained for the first time at the same moment.',
    remedy: 'The job compared the definition that it found with its own, and updated it if it was different.',
    stage: untrained,
    scenes: ['pipeline name taken'],
    exit: 0,
    writes: trainsOnce,
    record: { outcome: 'registered' },
  },
  {
    when: 'the connection breaks after the pipeline was created',
    shows: [37],
    component: 'deploy-pipeline',
    silent: true,
    seen: 'Created the pipeline resale-price.',
    cause: 'The connection broke before SageMaker’s answer.',
    remedy: 'The job repeated the request with the same token. SageMaker creates only one.',
    stage: untrained,
    scenes: ['CreatePipeline unknown'],
    exit: 0,
    writes: { ...trainsOnce, CreatePipeline: 2 },
    record: { outcome: 'registered' },
  },
  {
    when: 'the connection breaks after the execution was started',
    shows: [37],
    component: 'deploy-pipeline',
    silent: true,
    seen: 'succeeded and registered ResalePriceModelGroup version 1.',
    cause: 'The connection broke before SageMaker’s answer.',
    remedy: 'The job repeated the request with the same token. SageMaker trains only once.',
    stage: untrained,
    scenes: ['StartPipelineExecution unknown'],
    exit: 0,
    writes: { ...trainsOnce, StartPipelineExecution: 2 },
    record: { outcome: 'registered', packages: [{ version: 1 }] },
  },
  {
    when: 'the job runs again while its training is under way',
    shows: [26],
    component: 'deploy-pipeline',
    seen: 'Attempt 1 of this pipeline is Executing: joining it (arn:…).',
    cause: 'The job was retried.',
    remedy: 'It joined the training that it had started. It did not start another one.',
    stage: untrained,
    act: async (place) => {
      Object.assign(place.emulator.executions.pace, { describes: 1000, milliseconds: 20 * 60_000 });
      await runBefore(deployPipeline, place, { stage: untrained, inputs: { max_wait_time: '60' }, exit: 124 });
    },
    long: true,
    exit: 0,
    writes: { UpdateModelPackage: 1 },
    record: { outcome: 'registered', packages: [{ version: 1 }] },
  },
  {
    when: 'the job runs again after its training failed',
    shows: [26],
    component: 'deploy-pipeline',
    seen: 'Attempt 1 of this pipeline is Failed: starting attempt 2.',
    cause: 'The job was retried after a training that failed.',
    remedy: 'It started the next attempt.',
    stage: untrained,
    act: async (place) => {
      place.emulator.scenario('training fails');
      await runBefore(deployPipeline, place, { stage: untrained, exit: 1 });
    },
    long: true,
    exit: 0,
    writes: { StartPipelineExecution: 1, UpdateModelPackage: 1 },
    record: { outcome: 'registered' },
  },
  {
    when: 'the job runs again with a definition that was rendered again',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'This pipeline already started the execution … (Succeeded), with another definition (different: Steps.Train.Arguments.AlgorithmSpecification.TrainingImage): starting a second training.',
    cause:
      'render-pipeline ran again and wrote another definition, such as one with another address in S3 or another time. The log names the places.',
    remedy:
      'If you did not want a second training: let the script write the same definition for the same commit, and run only deploy-pipeline again.',
    stage: untrained,
    act: async (place) => {
      await runBefore(deployPipeline, place, { stage: untrained, exit: 0 });
      amendDefinition(place, '"TrainingImage": "', '"TrainingImage": "mirror.');
    },
    long: true,
    exit: 0,
    writes: { UpdatePipeline: 1, StartPipelineExecution: 1, UpdateModelPackage: 1 },
    record: { outcome: 'registered', packages: [{ version: 2 }] },
  },
  {
    when: 'GitLab cancels the job while SageMaker trains',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR This job was stopped (SIGTERM): GitLab cancelled it, or its runner was stopped. AWS continues the execution ….',
    next: 'run this job again: it continues where this one stopped.',
    cause: 'Somebody cancelled the job or pipeline, or the runner was shut down. GitLab stops only the job.',
    remedy:
      'Run the job again: it joins the training. To stop the training, stop the execution in Studio or with the AWS CLI.',
    stage: untrained,
    scenes: ['step never ends'],
    job: ({ emulator }) => ({ stopped: when(emulator, 'DescribePipelineExecution') }),
    exit: 143,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'running' },
  },
  {
    when: 'GitLab cancels the job while it starts the training',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'AWS continues the execution gl-101-…-1, if SageMaker received the request to start it.',
    next: 'run this job again: it continues where this one stopped.',
    cause: 'Somebody cancelled the job or pipeline, or the runner was shut down, before SageMaker answered.',
    remedy: 'Run the job again: it joins the training if SageMaker started it, and starts it otherwise.',
    stage: untrained,
    job: ({ emulator }) => ({ stopped: when(emulator, 'StartPipelineExecution') }),
    exit: 143,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: 'none',
  },
  {
    when: 'GitLab cancels the job after the training has ended',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'Nothing continues in AWS, except a request that was just sent.',
    next: 'run this job again.',
    cause: 'Somebody cancelled the job or pipeline, or the runner was shut down.',
    remedy: 'Run the job again: it hands over what the training registered.',
    stage: untrained,
    job: ({ emulator }) => ({ stopped: when(emulator, 'UpdateModelPackage') }),
    exit: 143,
    writes: trainsOnce,
    record: { outcome: 'registered' },
  },
  {
    when: 'a step of the training fails',
    shows: [],
    component: 'deploy-pipeline',
    seen: `  KeyError: 'floor_area_sqm'…ERROR The execution … failed: step Train: ${STEP_FAILED}.`,
    next: 'fix the error of the step, then push. If the failure was temporary, run this job again: it starts the next attempt.',
    cause: 'A step of the SageMaker Pipeline failed. The log shows the last lines of the step under “Step …”.',
    remedy: 'Fix the code and push. If the failure was temporary, such as missing capacity, run the job again.',
    stage: untrained,
    scenes: ['training fails'],
    exit: 1,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'nothing', why: `its execution failed: step Train: ${STEP_FAILED}` },
  },
  {
    when: 'a step of the training fails and its log may not be read',
    shows: [],
    component: 'deploy-pipeline',
    seen: `Could not read the lines in /aws/sagemaker/TrainingJobs: AccessDeniedException: … logs:DescribeLogStreams …ERROR The execution … failed: step Train: ${STEP_FAILED}.`,
    next: 'fix the error of the step, then push.',
    cause: 'A step of the SageMaker Pipeline failed, but the role of the job may not read the log of the step.',
    remedy:
      "The log shows SageMaker's reason anyway. To see the last lines of the step too, allow `logs:DescribeLogStreams` and `logs:GetLogEvents`.",
    stage: untrained,
    scenes: ['training fails'],
    act: ({ emulator }) => emulator.fault({ operation: 'DescribeLogStreams', kind: 'access denied' }),
    exit: 1,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'nothing' },
  },
  {
    when: 'a Fail step ends the training',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR The execution … failed: step TooBad: The RMSE is too high.',
    next: 'fix the error of the step, then push.',
    cause: 'The definition has a Fail step for this case. The log shows its `ErrorMessage`.',
    remedy: 'Do what the message says, and push.',
    stage: untrained,
    scenes: ['quality gate fails'],
    act: (place) => {
      const fail = { Name: 'TooBad', Type: 'Fail', Arguments: { ErrorMessage: 'The RMSE is too high' } };
      amendDefinition(place, '"ElseSteps": []', `"ElseSteps": [${JSON.stringify(fail)}]`);
    },
    exit: 1,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'nothing' },
  },
  {
    when: 'somebody stops the execution',
    shows: [25],
    component: 'deploy-pipeline',
    seen: 'was stopped by arn:aws:iam::111122223333:user/administrator.',
    next: 'run this job again: it starts the next attempt.',
    cause: 'Somebody stopped the execution in Studio or with the AWS CLI. The log shows who.',
    remedy: 'Ask them, then run the job again.',
    stage: untrained,
    scenes: ['execution is stopped'],
    exit: 1,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'nothing' },
  },
  {
    when: 'a step of the training never ends',
    shows: [32],
    component: 'deploy-pipeline',
    seen: 'ERROR Stopped waiting for the execution … after 2 h (max_wait_time). Pending: it is Executing (Train is Executing). SageMaker continues.',
    next: 'run this job again: it joins this execution. To see the status: aws sagemaker describe-pipeline-execution --pipeline-execution-arn arn:…',
    cause: 'The training takes longer than `max_wait_time`.',
    remedy: 'Run the job again: it joins the training. Or raise `max_wait_time` and `timeout`.',
    stage: untrained,
    scenes: ['step never ends'],
    job: { inputs: { max_wait_time: '7200' } },
    long: true,
    exit: 124,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'running' },
    took: [7200, 7260],
  },
  {
    when: 'the job’s own timeout comes before the end of the training',
    shows: [32],
    component: 'deploy-pipeline',
    seen: "ERROR Stopped waiting for the execution … after 59 min (the job's timeout). Pending: it is Executing (Train is Executing). SageMaker continues.",
    next: 'run this job again: it joins this execution',
    cause:
      'The training takes longer than the `timeout` of the job. The job ends itself one minute before GitLab stops it.',
    remedy: 'Run the job again: it joins the training. Or raise `timeout`.',
    stage: untrained,
    scenes: ['step never ends'],
    job: ({ emulator }) => ({
      env: { CI_JOB_STARTED_AT: emulator.clock.now().toISOString(), CI_JOB_TIMEOUT: '3600' },
    }),
    long: true,
    exit: 124,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'running' },
    took: [3500, 3600],
  },
  {
    when: 'the quality gate of the definition says no',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'succeeded and registered nothing: condition GoodEnough was false.',
    cause: 'The training succeeded, but the model is not good enough: a condition of the definition was false.',
    remedy: 'The job registered nothing. check-model ends with 80, and nothing is promoted.',
    stage: untrained,
    scenes: ['quality gate fails'],
    exit: 0,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: { outcome: 'nothing', why: 'condition GoodEnough was false' },
    outputs: { PIPELINE_STATUS: 'Succeeded' },
  },
  {
    when: 'somebody uploads another definition between upload and start',
    shows: [],
    component: 'deploy-pipeline',
    seen: "runs a different definition: arn:aws:iam::111122223333:user/administrator changed the pipeline resale-price between this job's upload and start",
    next: 'stop it (aws sagemaker stop-pipeline-execution --pipeline-execution-arn arn:…), then run this job again: it starts the next attempt.',
    cause: 'Two pipelines of the project, or a notebook, changed the SageMaker Pipeline at the same moment.',
    remedy: 'Stop the execution and run the job again.',
    stage: untrained,
    act: ({ emulator }) =>
      emulator.faults.meanwhile('StartPipelineExecution', () => {
        const found = emulator.pipelines.find('resale-price');
        emulator.do('UpdatePipeline', {
          PipelineName: 'resale-price',
          RoleArn: found?.role,
          PipelineDefinition: JSON.stringify({
            Version: '2020-12-01',
            Steps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'Not now' } }],
          }),
        });
      }),
    exit: 1,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: 'none',
  },
  {
    when: 'the account may run no more pipelines',
    shows: [15],
    component: 'deploy-pipeline',
    seen: 'ERROR The AWS account has reached a quota: ResourceLimitExceeded: The account-level service limit … is 200',
    next: 'wait until other executions have ended, or request a higher quota in Service Quotas (Amazon SageMaker), then run this job again.',
    cause: 'A quota of the account is used up.',
    remedy: 'Wait, delete what you no longer use, or request more in Service Quotas.',
    stage: untrained,
    act: ({ emulator }) => {
      const message =
        "The account-level service limit 'Maximum number of pipelines' is 200, with current utilization 200.";
      emulator.fault({ operation: 'CreatePipeline', kind: 'error', error: { code: 'ResourceLimitExceeded', message } });
    },
    exit: 1,
    writes: { CreatePipeline: 1 },
    record: 'none',
  },
  {
    when: 'somebody changes the pipeline at the same moment',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR Somebody else is changing the pipeline: ConflictException: The pipeline is being updated.',
    next: 'run this job again.',
    cause: 'SageMaker accepts only one change of a pipeline at a time.',
    remedy: 'GitLab retries the job up to two times.',
    stage: untrained,
    act: ({ emulator }) => {
      const error = { code: 'ConflictException', message: 'The pipeline is being updated.' };
      emulator.fault({ operation: 'CreatePipeline', kind: 'error', error });
    },
    exit: 75,
    writes: { CreatePipeline: 1 },
    record: 'none',
  },
  {
    when: 'SageMaker does not take the definition',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR SageMaker refused the pipeline: ValidationException: Unable to parse pipeline definition.',
    next: 'correct what the message names (definition_file, pipeline_role_arn, parameters or tags), then push.',
    cause: 'The definition is well-formed, but SageMaker does not understand it.',
    remedy: 'Correct what the message names. The SageMaker Python SDK writes definitions that SageMaker understands.',
    stage: untrained,
    act: ({ emulator }) => {
      const error = { code: 'ValidationException', message: 'Unable to parse pipeline definition.' };
      emulator.fault({ operation: 'CreatePipeline', kind: 'error', error });
    },
    exit: 64,
    writes: { CreatePipeline: 1 },
    record: 'none',
  },
  {
    when: 'there is no definition file',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'definition_file: received "out/definition.json"; the file does not exist in the project.',
    next: 'commit the file, correct definition_file, or write it with render-pipeline and pass its artifacts to this job.',
    cause: 'The file is not committed, or the job that writes it does not pass it on as an artifact.',
    remedy: 'Commit it, or include render-pipeline with the same path.',
    stage: untrained,
    job: { inputs: { definition_file: 'out/definition.json' } },
    exit: 64,
    writes: {},
    reads: { AssumeRoleWithWebIdentity: 0 },
    record: 'none',
  },
  {
    when: 'the definition is not JSON',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'it is not valid JSON',
    next: 'correct the definition',
    cause: 'The file is incomplete, or it is not a pipeline definition.',
    remedy: 'Correct the file. If a job writes it, that job must succeed before this one starts.',
    stage: untrained,
    act: ({ root }) => writeFileSync(join(root, 'pipeline.json'), '{ "Version": '),
    exit: 64,
    writes: {},
    reads: { AssumeRoleWithWebIdentity: 0 },
    record: 'none',
  },
  {
    when: 'the log of the SageMaker SDK is in the definition file',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'definition_file: received "pipeline.json"; it has log lines beside the definition: "sagemaker.config INFO - Not applying SDK defaults from location: …"',
    next: 'let the script write the file itself, in Python with pathlib.Path("pipeline.json").write_text(pipeline.definition()), then push.',
    cause: 'The script prints the definition into the file (`> pipeline.json`). The SDK prints its log there too.',
    remedy: 'Let the script write the file, as in [the example](inputs.md#render-pipeline).',
    stage: untrained,
    act: (place) =>
      amendDefinition(
        place,
        '{',
        'sagemaker.config INFO - Not applying SDK defaults from location: /etc/xdg/sagemaker/config.yaml\n{',
      ),
    exit: 64,
    writes: {},
    reads: { AssumeRoleWithWebIdentity: 0 },
    record: 'none',
  },
  {
    when: 'the definition file begins with a BOM',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'definition_file: received "pipeline.json"; it begins with a BOM (U+FEFF), which JSON does not have. Save it as UTF-8 without BOM.',
    next: 'correct the definition',
    cause: 'An editor or a shell on Windows wrote the file, with a sign of its encoding before the text.',
    remedy: 'Save the file as UTF-8 without BOM.',
    stage: untrained,
    act: (place) => amendDefinition(place, '{', '\uFEFF{'),
    exit: 64,
    writes: {},
    reads: { AssumeRoleWithWebIdentity: 0 },
    record: 'none',
  },
  {
    when: 'a parameter has a value that the definition does not allow',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'parameters: received "Stage=prod", but pipeline.json allows only these EnumValues: dev, uat.',
    next: 'correct the definition, or the inputs of the include that adds deploy-pipeline, then push.',
    cause: 'The definition lists the values of the parameter in `EnumValues`.',
    remedy: 'Set one of these values, or add the value to the definition.',
    stage: untrained,
    act: (place) =>
      amendDefinition(
        place,
        '"Parameters": [',
        '"Parameters": [{ "Name": "Stage", "Type": "String", "DefaultValue": "dev", "EnumValues": ["dev", "uat"] }, ',
      ),
    job: { inputs: { parameters: 'Stage=prod' } },
    exit: 64,
    writes: {},
    reads: { AssumeRoleWithWebIdentity: 0 },
    record: 'none',
  },
  {
    when: 'SageMaker replaces the metadata',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR Writing "built" to ResalePriceModelGroup version 1 removed "rmse" from its metadata. Before the write it had:…  rmse: 41250',
    next: 'restore the lost entries (aws sagemaker update-model-package --model-package-arn … --customer-metadata-properties ...), then run this job again.',
    cause:
      'SageMaker replaced existing metadata entries with what the job wrote. Its documentation does not say whether it may do this.',
    remedy: 'Write the lost entries again. The log and `metadata-before.json` contain them.',
    stage: untrained,
    scenes: ['metadata replaced'],
    exit: 1,
    writes: trainsOnce,
    record: { outcome: 'registered' },
    keeps: ['metadata-before.json'],
  },
  {
    when: 'it may not run the pipeline as its role',
    shows: [],
    component: 'deploy-pipeline',
    seen: 'ERROR AWS denied the call: AccessDeniedException: …',
    next: "add sagemaker:StartPipelineExecution to the policy of the job's role",
    cause: 'The role of the job may not start the pipeline, or may not pass the pipeline role.',
    remedy: 'Attach the policy of deploy-pipeline from [permissions.md](permissions.md).',
    stage: untrained,
    act: ({ emulator }) => emulator.fault({ operation: 'StartPipelineExecution', kind: 'access denied' }),
    exit: 77,
    writes: { CreatePipeline: 1, StartPipelineExecution: 1 },
    record: 'none',
  },
];
