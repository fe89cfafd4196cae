import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { aboutDeployed, linkEndpoint, nothingTo } from '../asking/deployed.ts';
import { customAttributes, mediaType } from '../asking/inputs.ts';
import {
  type DeployedRecord,
  describeServed,
  type Liveness,
  PERMISSIONS_TO_SEE_LIVE,
  refuseUnlessItHolds,
  untilLive,
} from '../asking/live.ts';
import { checkPayload, readPayload } from '../asking/payload.ts';
import { endpointLogGroup, lastLogLines } from '../aws/logs.ts';
import { troubleOf } from '../aws/trouble.ts';
import { hasNoInstances, resourceName } from '../endpoints/endpoint.ts';
import { decidingPath, decidingText, dollars, flag, mistake, optional, wholeNumber } from '../gitlab/inputs.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { CHANNEL_SAFETY_INPUTS, channelInputs, channelsOf } from '../policy/channels.ts';
import { defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { deploymentRecord, readHandover } from '../program/handover.ts';
import { permissionsToScale, permissionsToSeeScaling } from '../program/scaling-permissions.ts';
import { tellValidated } from '../program/told.ts';
import { type Asked, besideValidation, MAX_REQUESTS } from '../registry/companions.ts';
import { entryTime, entryValue } from '../registry/entries.ts';
import { entryKey } from '../registry/entry-keys.ts';
import { describePackage, displayName, type ModelPackage } from '../registry/packages.ts';
import { validatedAlready, validationEntry } from '../registry/validation.ts';
import { writeEntry } from '../registry/write-entry.ts';
import { askModel } from './validate-endpoint/ask-model.ts';
import { giveBackScaling } from './validate-endpoint/scaling.ts';

const pattern = z.pipe(
  decidingText,
  z.transform((value, context) => {
    try {
      return new RegExp(value, 'u');
    } catch (error) {
      return mistake(context, `must be a regular expression (${partsOf(error).message})`);
    }
  }),
);

const inputs = z
  .strictObject({
    ...channelInputs,
    endpoint_name: optional(resourceName),
    max_wait_time: wholeNumber(1, 86_400),
    poll_interval: wholeNumber(1, 3600),
    payload_file: optional(decidingPath),
    content_type: mediaType,
    accept: optional(mediaType),
    custom_attributes: customAttributes,
    expect: optional(pattern).register(dollars, { dollar: 'kept' }),
    requests: wholeNumber(1, MAX_REQUESTS),
    max_latency_ms: optional(wholeNumber(1, 900_000)),
    record_validation: flag,
  })
  .check(
    z.refine(({ payload_file, record_validation }) => payload_file !== undefined || !record_validation, {
      path: ['payload_file'],
      message: 'must name the file to send to the endpoint, unless record_validation is false',
      when: ({ value }) => z.object({ record_validation: z.boolean() }).safeParse(value).success,
    }),
  );

type Inputs = z.output<typeof inputs>;

const GIVES_BACK = 'the endpoint file has autoscaling';

const ASYNCHRONOUS = { when: 'payload_file is given and the endpoint is asynchronous', of: 'asynchronous' } as const;

export default defineComponent({
  name: 'validate-endpoint',
  duty: 'validate',
  gitlab: {
    stage: 'validate_endpoint',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'verify' },
    resourceGroup: false,
    manual: false,
  },
  inputs,
  safetyInputs: [
    'record_validation',
    'payload_file',
    'content_type',
    'accept',
    'custom_attributes',
    'expect',
    'requests',
    'max_latency_ms',
    ...CHANNEL_SAFETY_INPUTS,
    'gitlab_environment_suffix',
  ],
  outputs: { ENDPOINT_VALIDATED: 'true when the endpoint serves what was deployed and every check held.' },
  permissions: [
    ...PERMISSIONS_TO_SEE_LIVE,
    { action: 'sagemaker:InvokeEndpoint', on: 'endpoint', when: 'payload_file is given' },
    { action: 'sagemaker:InvokeEndpointAsync', on: 'endpoint', ...ASYNCHRONOUS },
    { action: 's3:PutObject', on: 'payloads in S3', ...ASYNCHRONOUS },
    { action: 's3:DeleteObject', on: 'payloads in S3', ...ASYNCHRONOUS },
    { action: 's3:ListBucket', on: 'bucket of answers', ...ASYNCHRONOUS },
    { action: 's3:GetObject', on: 'answers in S3', ...ASYNCHRONOUS },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'validated', when: 'record_validation is true' },
    { action: 'sagemaker:ListTags', on: 'endpoint', when: GIVES_BACK },
    { action: 'logs:DescribeLogStreams', on: 'endpoint logs', when: 'a check fails' },
    { action: 'logs:GetLogEvents', on: 'endpoint logs', when: 'a check fails' },
    ...permissionsToSeeScaling(GIVES_BACK),
    ...permissionsToScale('a deployment has not given back the autoscaling that it took away'),
    { action: 'sagemaker:AddTags', on: 'endpoint', when: GIVES_BACK, of: 'autoscaling' },
  ],

  async checkFiles(known, viewpoint) {
    checkPayload(known, viewpoint);
  },

  channels: channelsOf,

  async run(given, context) {
    const { job, report } = context;
    const choice = { input: 'endpoint_name', value: given.endpoint_name } as const;
    const deployed = readHandover(context, deploymentRecord, choice);
    if (deployed.outcome === 'nothing') return nothingTo('validate', deployed, context);

    const { poll_interval, max_wait_time } = given;
    const payload = await payloadOf(given, context);
    const validation = { given, payload, deployed, poll_interval, deadline: context.deadline(max_wait_time) };
    const { endpoint } = deployed;
    const about = { ...aboutDeployed(deployed), asked: askedOf(given, payload) };
    linkEndpoint(endpoint, context);
    report.record({ outcome: 'not validated', ...about });
    try {
      const checked = await checkEndpoint(validation, context);
      const verdict = given.record_validation
        ? await recordValidation(checked, deployed, context)
        : `Not recorded as validated in ${job.environment}: record_validation is false.`;
      report.record({ outcome: given.record_validation ? 'validated' : 'not recorded', ...about });
      return { verdict, outputs: { ENDPOINT_VALIDATED: 'true' } };
    } catch (error) {
      if (error instanceof Failure) await showLastLines(context, endpoint);
      throw error;
    }
  },
});

/** What is sent to the model. */
interface Payload {
  readonly content: Uint8Array;
  /** Its SHA-256. */
  readonly hash: string;
}

/** The payload as the commit has it; `undefined` where the include names none. */
async function payloadOf({ payload_file, content_type }: Inputs, context: Context): Promise<Payload | undefined> {
  if (payload_file === undefined) return undefined;
  const content = await readPayload({ payload_file, content_type }, context);
  return { content, hash: createHash('sha256').update(content).digest('hex') };
}

/** The request and what was expected of the answers, for the record: it shows later what a validation is worth. */
function askedOf(given: Inputs, payload: Payload | undefined) {
  const { payload_file, content_type, accept, custom_attributes, expect, requests, max_latency_ms } = given;
  if (payload === undefined) return 'nothing';
  const asked = { payload_file, payload: payload.hash, content_type, accept, custom_attributes };
  return { ...asked, expect: expect?.source, requests, max_latency_ms };
}

interface Validation extends Liveness {
  readonly given: Inputs;
  readonly payload: Payload | undefined;
}

/** The version that is live, and how it was asked; `asked` is absent where no payload was given. */
interface Checked {
  readonly now: ModelPackage;
  readonly asked?: Asked;
}

/**
 * Checks that the endpoint is live, serves the deployed version, answers as expected and is still live: so the deployed
 * version answered.
 */
async function checkEndpoint(validation: Validation, context: Context): Promise<Checked> {
  const { given, payload, deployed, deadline } = validation;
  const live = await untilLive(validation, context).finally(() => giveBackScaling(deployed, deadline, context));
  const now = await describeServed(deployed, live, context, { judged: 'validated' });
  if (payload === undefined) {
    context.log.line('No request was sent to the model: payload_file is empty.');
    return { now };
  }
  const { endpoint } = deployed;
  if (live.endpoint && hasNoInstances(live.endpoint)) context.log.line(`${endpoint} ${NO_INSTANCES}`);
  const question = { given, endpoint, payload: payload.content, deadline };
  const pace = await askModel(question, deployed, context).catch(async (error) => {
    // What is refused of a request may be refused because something else serves by now: that is what is told.
    if (!(error instanceof Failure) && troubleOf(error) === 'other') await untilLive(validation, context, 'still ');
    throw error;
  });
  const stillLive = await untilLive(validation, context, 'still ');
  // The requests took a while: what was true before them may not be what the entry would say.
  const still = await describeServed(deployed, stillLive, context, { judged: 'validated', still: 'still ' });
  return { now: still, asked: { payload: payload.hash, ...pace } };
}

/** Autoscaling may take every instance of an asynchronous endpoint away while nobody asks. */
const NO_INSTANCES = 'has no instance now. A request waits until one has started, which takes some minutes.';

/**
 * Shows the containers' last log lines, which explain most failures. If they cannot be read, it says so and hides no
 * failure.
 */
async function showLastLines({ aws, log }: Context, endpoint: string): Promise<void> {
  const lines = await lastLogLines(await aws.logs(), {
    group: endpointLogGroup(endpoint),
    streamPrefix: '',
    limit: 20,
  });
  log.section(`The last log lines of ${endpoint}`, lines, 'open');
}

/** Writes the entry `validated.<environment>`, unless this pipeline has written the same one. */
async function recordValidation(
  { now, asked }: Checked,
  deployed: DeployedRecord,
  { aws, clock, job, report, tell }: Context,
): Promise<string> {
  const validation = validationEntry(deployed, {
    pipeline: job.pipeline,
    job: job.id,
    at: entryTime(clock.now(), now, job),
  });
  const stands = `The validation in ${job.environment} was written`;
  const already = validatedAlready(now, job.environment, validation);
  if (already) {
    // The last look asked for several things at once: this one is sure to be later than all of them.
    refuseUnlessItHolds(await describePackage({ ...aws, clock }, now.arn), deployed, `${stands} before`);
    return `${displayName(now)} is already validated in ${job.environment} (at ${already.at}). Nothing was written.`;
  }
  report.file('metadata-before.json', `${JSON.stringify(now.metadata, null, 2)}\n`);
  const beside = asked && besideValidation(job.environment, job.id, asked);
  const key = entryKey('validated', job.environment);
  const entry = { key, value: entryValue(validation), ...(beside && { beside }) };
  const written = await writeEntry({ ...aws, clock }, now, entry);
  tellValidated({ version: written, endpoint: deployed.endpoint }, { job, tell });
  refuseUnlessItHolds(written, deployed, stands);
  return `Validated in ${job.environment}: ${displayName(now)} on ${deployed.endpoint}.`;
}
