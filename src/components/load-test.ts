import { linkEndpoint, nothingTo } from '../asking/deployed.ts';
import { describeServed, PERMISSIONS_TO_SEE_LIVE, untilLive } from '../asking/live.ts';
import { checkPayload } from '../asking/payload.ts';
import { CHANNEL_SAFETY_INPUTS, channelsOf } from '../policy/channels.ts';
import { defineComponent, type Permission } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { deploymentRecord, readHandover } from '../program/handover.ts';
import { refuseInvalid } from './load-test/conclusion.ts';
import { DECIDING, inputs } from './load-test/inputs.ts';
import { concludeLoad, type TestedLoad } from './load-test/judged.ts';
import { measureLoad } from './load-test/measure.ts';
import { LOAD_METRICS } from './load-test/metrics.ts';
import { instancesOf, type LoadTask, prepareLoad, refuseToLoad, refuseWithoutTime } from './load-test/preparation.ts';
import { limitsOf, loadVerdictOf } from './load-test/verdict.ts';
import { judgingInputs, schedulingInputs, sendingInputs } from './load-test/workers/inputs.ts';
import { scheduleRecord } from './load-test/workers/records.ts';

const INVOKES: Permission = { action: 'sagemaker:InvokeEndpoint', on: 'endpoint' };

const RECORDS: Permission = { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'load' };

const JOB = {
  branches: 'every',
  timeout: '1 hour',
  environment: { action: 'verify' },
  resourceGroup: false,
  manual: false,
} as const;

export default defineComponent({
  name: 'load-test',
  duty: 'load',
  gitlab: { ...JOB, stage: 'load_test', reports: { [LOAD_METRICS]: '' } },
  inputs,
  safetyInputs: [...DECIDING, ...CHANNEL_SAFETY_INPUTS, 'gitlab_environment_suffix'],
  outputs: { LOAD_TESTED: 'true when every limit held under the load.' },
  permissions: [...PERMISSIONS_TO_SEE_LIVE, INVOKES, RECORDS],

  async checkFiles(known, viewpoint) {
    checkPayload(known, viewpoint);
  },

  channels: channelsOf,

  async run(given, context) {
    const choice = { input: 'endpoint_name', value: given.endpoint_name } as const;
    const deployed = readHandover(context, deploymentRecord, choice);
    if (deployed.outcome === 'nothing') return nothingTo('test', deployed, context);
    const task = { given, deployed };
    refuseToLoad(task, context);
    linkEndpoint(deployed.endpoint, context);
    const tested = await testEndpoint(task, context);
    const refuse = (why: string) => refuseInvalid(why, context);
    const { conclusion, good } = await concludeLoad(tested, task, { ...context, refuse });
    return { verdict: conclusion, outputs: { LOAD_TESTED: String(good) } };
  },
});

/** Sends the load to the deployed version, which is live before and after it. */
async function testEndpoint({ given, deployed }: LoadTask, context: Context): Promise<TestedLoad> {
  const { payload, plan, before, liveness } = await prepareLoad({ given, deployed }, context);
  const deadline = refuseWithoutTime(given, context);
  const limits = limitsOf(given);
  const measured = await measureLoad(given, { endpoint: deployed.endpoint, payload, limits }, context);
  const after = await untilLive({ ...liveness, deadline }, context, 'still ');
  const now = await describeServed(deployed, after, context, { judged: 'load-tested', still: 'still ' });
  const instances = instancesOf(before) === instancesOf(after) ? instancesOf(before) : undefined;
  return { verdict: loadVerdictOf(measured, given, limits), now, instances, plan };
}

/** The job that judges what all workers measured. */
export const loadTestWorkers = defineComponent({
  name: 'load-test-workers',
  duty: 'load',
  gitlab: { ...JOB, stage: 'load_test', reports: { [LOAD_METRICS]: '' } },
  inputs: judgingInputs,
  safetyInputs: [...DECIDING, 'workers', ...CHANNEL_SAFETY_INPUTS, 'gitlab_environment_suffix'],
  outputs: { LOAD_TESTED_BY_WORKERS: 'true when every limit held under the load of all workers.' },
  permissions: [...PERMISSIONS_TO_SEE_LIVE, RECORDS],

  async checkFiles(known, viewpoint) {
    checkPayload(known, viewpoint);
  },

  channels: channelsOf,

  async run(given, context) {
    const choice = { input: 'endpoint_name', value: given.endpoint_name } as const;
    const deployed = readHandover(context, deploymentRecord, choice);
    if (deployed.outcome === 'nothing') return nothingTo('test', deployed, context);
    linkEndpoint(deployed.endpoint, context);
    const scheduled = readHandover(context, scheduleRecord, { input: 'endpoint_name', value: deployed.endpoint });
    if (scheduled.outcome === 'nothing') return nothingTo('test', scheduled, context);
    const { judgeWorkers } = await import('./load-test/workers/judge.ts');
    const { conclusion, good } = await judgeWorkers({ given, deployed, scheduled }, context);
    return { verdict: conclusion, outputs: { LOAD_TESTED_BY_WORKERS: String(good) } };
  },
});

/** The job before it: it sees that the endpoint may be loaded, and tells the workers when to send what. */
export const scheduleLoad = defineComponent({
  name: 'schedule-load',
  duty: 'load',
  gitlab: { ...JOB, stage: 'send_load' },
  inputs: schedulingInputs,
  safetyInputs: [...DECIDING, 'workers', 'start_delay', 'gitlab_environment_suffix'],
  outputs: {},
  permissions: [...PERMISSIONS_TO_SEE_LIVE, INVOKES],

  async run(given, context) {
    const choice = { input: 'endpoint_name', value: given.endpoint_name } as const;
    const deployed = readHandover(context, deploymentRecord, choice);
    if (deployed.outcome === 'nothing') return nothingTo('test', deployed, context);
    linkEndpoint(deployed.endpoint, context);
    const { schedule } = await import('./load-test/workers/schedule.ts');
    return schedule({ given, deployed }, context);
  },
});

/** One of the jobs that send the load. It may do nothing else. */
export const sendLoad = defineComponent({
  name: 'send-load',
  duty: 'send-load',
  gitlab: { ...JOB, stage: 'send_load' },
  inputs: sendingInputs,
  safetyInputs: ['payload_file', 'gitlab_environment_suffix'],
  outputs: {},
  permissions: [INVOKES],

  async run({ endpoint_name, payload_file }, context) {
    const scheduled = readHandover(context, scheduleRecord, { input: 'endpoint_name', value: endpoint_name });
    if (scheduled.outcome === 'nothing') return nothingTo('test', scheduled, context);
    const { sendPart } = await import('./load-test/workers/send.ts');
    return sendPart({ scheduled, payload_file }, context);
  },
});
