import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, type Registration } from '../../emulator/scene.ts';
import type { Component } from '../../src/program/component.ts';
import { OWN_TAGS } from '../components/deploy-model/scene.ts';
import {
  aboutVersion,
  contentIn,
  enter,
  leaveRecord,
  recordPath,
  timeIn,
  validationValue,
  verdictValue,
} from '../components/handover.ts';
import { type JobOptions, startJob } from '../components/job.ts';
import { arnOf } from '../registry/package.ts';

/** An AWS account and a project's folder, for one job of the pipeline 101. */
export interface Place {
  readonly emulator: Emulator;
  readonly root: string;
}

/** What has happened before the job: what the earlier ones left behind, and for which environment the job is. */
export interface Stage {
  readonly environment: 'dev' | 'uat';
  set(place: Place): void;
}

export const ENDPOINT = 'resale-price-dev';
export const BEFORE = `${ENDPOINT}-v1`;

/** What the rows set apart from the example: names as the endpoint has them, and an answer that must be JSON. */
const usualInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'check-model': { endpoint_name: '' },
  'deploy-model': { name_prefix: '' },
  'validate-endpoint': { accept: 'application/json' },
};

/** The example's definition, ready to be trained. */
export const untrained: Stage = {
  environment: 'dev',
  set({ root }) {
    writeFileSync(join(root, 'pipeline.json'), read('pipeline.json'));
  },
};

/** This pipeline's training has registered a version, as this says. */
export function trained(wanted: Registration = {}): Stage {
  return {
    environment: 'dev',
    set(place) {
      const arn = place.emulator.register(wanted);
      const { group, version } = aboutVersion(place.emulator, arn);
      const packages = [{ group, package: arn, version }];
      leaveRecord(place.root, 'deploy-pipeline', { outcome: 'registered', execution: 'arn:execution', packages });
    },
  };
}

/** An earlier step of this pipeline has left a record of something else, or of nothing. */
export function left(component: string, record: object, environment: Stage['environment'] = 'dev'): Stage {
  return { environment, set: ({ root }) => void leaveRecord(root, component, { ...record, environment }) };
}

/** There is nothing in this pipeline, and nothing in the account. */
export const nothing: Stage = { environment: 'dev', set: () => undefined };

/** The same, for uat. */
export const nothingForUat: Stage = { ...nothing, environment: 'uat' };

/** Version 1 is approved and validated in dev, and may go on to uat. */
export const validated: Stage = {
  environment: 'uat',
  set({ emulator }) {
    goThroughDev(emulator, emulator.register({ status: 'Approved' }));
  },
};

/** Writes into the registry that a version was approved and validated in dev by pipeline 90. */
export function goThroughDev(emulator: Emulator, arn: string, more: { open?: string } = {}): void {
  const content = contentIn(emulator, arn);
  const at = timeIn(emulator);
  const validation = validationValue(content, { at, ...more });
  enter(emulator, arn, { 'approved.dev': verdictValue(content, { at }), 'validated.dev': validation });
}

/** check-model has shown version 1, which is pending, to the approver of dev. */
export const shown: Stage = {
  environment: 'dev',
  set: (place) => handOver(place, { by: 'check-model', arn: place.emulator.register(), environment: 'dev' }),
};

/** Two models go through the pipeline, and check-model has shown a version of each. */
export const twoShown: Stage = {
  environment: 'dev',
  set(place) {
    shown.set(place);
    const arn = place.emulator.register({ group: 'ChurnModels' });
    handOver(place, { by: 'check-model', arn, environment: 'dev', job: '2' });
  },
};

/** check-model has shown version 1, which is approved, to the approver of uat. */
export const shownInUat: Stage = {
  environment: 'uat',
  set: (place) =>
    handOver(place, {
      by: 'check-model',
      arn: place.emulator.register({ status: 'Approved' }),
      environment: 'uat',
    }),
};

/** The approver of dev has approved version 1 in this pipeline; the endpoint does not exist yet. */
export const approved: Stage = { environment: 'dev', set: (place) => approve(place) };

/** The approver of dev has approved version 2 in this pipeline; version 1 is live. */
export const approvedOverAnother: Stage = {
  environment: 'dev',
  set(place) {
    putBefore(place);
    approve(place);
  },
};

/** The same, and its container is from AWS Marketplace. */
export const approvedFromMarketplace: Stage = {
  environment: 'dev',
  set: (place) =>
    approve(place, {
      InferenceSpecification: {
        Containers: [{ Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/sold:1', ProductId: 'prod-4711' }],
        SupportedContentTypes: ['application/json'],
        SupportedResponseMIMETypes: ['application/json'],
      },
    }),
};

/** The endpoint of dev serves version 1, as an earlier deploy-model left it. */
function putBefore({ emulator }: Pick<Place, 'emulator'>, config: object = {}): void {
  const version = emulator.register({ status: 'Approved' });
  const wanted = { 'sagemaker-components:wanted': BEFORE, 'sagemaker-components:package': version };
  emulator.deployed({ endpoint: ENDPOINT, package: version, name: BEFORE, tags: { ...OWN_TAGS, ...wanted }, config });
}

/** The endpoint of dev has tags that say so, or has none of these. */
export function retag({ emulator }: Pick<Place, 'emulator'>, tags: Readonly<Record<string, string | undefined>>): void {
  const { arn } = emulator.endpoint(ENDPOINT) ?? { arn: '' };
  emulator.do('DeleteTags', { ResourceArn: arn, TagKeys: Object.keys(tags) });
  const wanted = Object.entries(tags).flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));
  emulator.tags.put(arn, wanted);
}

function approve(place: Place, more: Registration['more'] = {}): void {
  const { emulator } = place;
  const arn = emulator.register({ status: 'Approved', metadata: { rmse: '41250' }, more });
  const approval = verdictValue(contentIn(emulator, arn), { pipeline: '101', at: timeIn(emulator) });
  enter(emulator, arn, { 'approved.dev': approval });
  handOver(place, { by: 'approve-model', arn, environment: 'dev' });
}

/** deploy-model has brought version 2 to the endpoint of dev, which served version 1 before. */
export const live: Stage = {
  environment: 'dev',
  set(place) {
    putBefore(place);
    deploy(place, 'deployed');
    place.emulator.endpoints.settle(ENDPOINT);
  },
};

/** As `live`, and version 1 is validated in main. */
export const withChampion: Stage = {
  ...live,
  set(place) {
    live.set(place);
    const { emulator } = place;
    const [content, at] = [contentIn(emulator, arnOf(1)), timeIn(emulator)];
    enter(emulator, arnOf(1), {
      'approved.main': verdictValue(content, { at }),
      'validated.main': validationValue(content, { at }),
    });
  },
};

/** Where an asynchronous endpoint has its objects. */
export const LATER = 's3://resale-price-async/resale-price-dev';

/** The same, and the endpoint is asynchronous. Its queue is empty, so that it answers at once. */
export const liveLater: Stage = {
  environment: 'dev',
  set(place) {
    const OutputConfig = { S3OutputPath: `${LATER}/output`, S3FailurePath: `${LATER}/failure` };
    const config = { AsyncInferenceConfig: { OutputConfig } };
    place.emulator.asynchronous.pace = 0;
    place.emulator.objects.put(`${LATER}/output/earlier.out`, '');
    putBefore(place, config);
    deploy(place, 'deployed', config);
    amendRecord(place, 'deploy-model', { asynchronous: { s3_input_path: `${LATER}/input` } });
    place.emulator.endpoints.settle(ENDPOINT);
  },
};

/** The same as the first, while SageMaker still brings version 2 to the endpoint. */
export const onItsWay: Stage = {
  environment: 'dev',
  set(place) {
    putBefore(place);
    deploy(place);
  },
};

/** The same, before SageMaker has begun: the row says what is to come of it, then calls `deploy`. */
export const aboutToMove: Stage = { environment: 'dev', set: (place) => putBefore(place) };

/** Brings version 2 on its way to the endpoint, as deploy-model of this pipeline would, with wait: false or without. */
export function deploy(place: Place, outcome: 'progressing' | 'deployed' = 'progressing', more: object = {}): void {
  const { emulator } = place;
  const arn = emulator.register({ status: 'Approved', metadata: { rmse: '41250' } });
  const config = `${ENDPOINT}-v2`;
  const variant = {
    VariantName: 'AllTraffic',
    ModelName: config,
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 1,
  };
  emulator.do('CreateModel', {
    ModelName: config,
    PrimaryContainer: { ModelPackageName: arn },
    ExecutionRoleArn: EXECUTION_ROLE,
  });
  emulator.do('CreateEndpointConfig', { EndpointConfigName: config, ProductionVariants: [variant], ...more });
  emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: config });
  writePayload(place);
  const words = { endpoint: ENDPOINT, config, previous_config: BEFORE, model: config };
  handOver(place, { by: 'deploy-model', arn, environment: 'dev', more: { outcome, ...words } });
}

interface HandedOver {
  readonly by: 'check-model' | 'approve-model' | 'deploy-model';
  readonly arn: string;
  readonly environment: Stage['environment'];
  readonly more?: object;
  readonly job?: string;
}

const OUTCOMES = {
  'check-model': { outcome: 'candidate' },
  'approve-model': { outcome: 'approved' },
  'deploy-model': { outcome: 'deployed' },
};

/** A job of the pipeline 101 has recorded a version. */
export function handOver({ emulator, root }: Place, { by, arn, environment, more, job }: HandedOver): void {
  const record = { environment, ...OUTCOMES[by], ...aboutVersion(emulator, arn), ...more };
  leaveRecord(root, by, record, job);
}

/** What a person is told where somebody rejects a version that is live, just before a job writes about it. */
export const REJECTED_MEANWHILE = {
  shows: [24],
  code: 'SMC-5007',
  next: 'promote another version. Until then it stays live, unless you start rollback-endpoint, or return to the config before by hand (aws sagemaker update-endpoint --endpoint-name resale-price-dev --endpoint-config-name resale-price-dev-v1).',
  cause: 'Somebody rejected or changed the version between the last look of this job and its write.',
  remedy:
    'Find out who in CloudTrail (`UpdateModelPackage`). Deploy another version. Later environments refuse this one.',
} as const;

/** Somebody rejects version 2 between the last look of a job and its write. */
export function rejectedMeanwhile({ emulator }: Pick<Place, 'emulator'>): void {
  emulator.faults.meanwhile('UpdateModelPackage', () => {
    emulator.do('UpdateModelPackage', { ModelPackageArn: arnOf(2), ModelApprovalStatus: 'Rejected' });
  });
}

/** The payload that the example sends to its endpoint. */
export function writePayload({ root }: Pick<Place, 'root'>): void {
  writeFileSync(join(root, 'payload.json'), read('payload.json'));
}

/** Lets the record of a step say something else. */
export function amendRecord({ root }: Pick<Place, 'root'>, component: string, words: object): void {
  const path = join(root, recordPath(component));
  leaveRecord(root, component, { ...JSON.parse(readFileSync(path, 'utf8')), ...words });
}

function read(file: string): string {
  return readFileSync(new URL(`../../examples/resale-price/${file}`, import.meta.url), 'utf8');
}

/** The commit has this policy, and check-model has shown it; nothing was live then. */
export function showPolicy(place: Pick<Place, 'root'>, text: string): void {
  writeFileSync(join(place.root, 'policy.yml'), text);
  amendRecord(place, 'check-model', { policy: { hash: hashOfPolicy(text), since: { is: 'nothing' }, measured: {} } });
}

/** The hash of a policy as it stands in an approval. */
export function hashOfPolicy(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The job of a row. */
export function optionsFor(component: string, place: Place, stage: Stage, more: Partial<JobOptions>): JobOptions {
  return {
    ...place,
    environment: stage.environment,
    ...more,
    inputs: { ...usualInputs[component], ...more.inputs },
  };
}

interface Earlier {
  readonly stage: Stage;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly exit: number;
}

/** The same job has run before, and ended so. */
export async function runBefore(
  component: Component,
  place: Place,
  { stage, inputs = {}, exit }: Earlier,
): Promise<void> {
  const job = await startJob(component, optionsFor(component.name, place, stage, { inputs }));
  if (job.exit !== exit) throw new Error(`${component.name} was to end with ${exit} first:\n${job.log}`);
}

/** Each call that a component may ever make, and none of it, for a row's `reads`. */
export function noneOf({ permissions }: Pick<Component, 'permissions'>): Readonly<Record<string, number>> {
  return Object.fromEntries(permissions.map(({ action }) => [action.slice(action.indexOf(':') + 1), 0]));
}
