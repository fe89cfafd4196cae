import { passingTrouble } from '../aws/trouble.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { packagesServed } from '../endpoints/live.ts';
import { Look } from '../endpoints/look.ts';
import {
  deletedWhileLive,
  describedEndpoint,
  explainOutcome,
  type FailedDeployment,
  takingAway,
} from '../endpoints/outcome.ts';
import { follow } from '../endpoints/progress.ts';
import { creatingPipelineOf } from '../endpoints/tags.ts';
import type { Deadline } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { type PollResult, waitFor } from '../ground/wait.ts';
import type { Permission } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import type { DeploymentRecord } from '../program/handover.ts';
import { displayName, type ModelPackage } from '../registry/packages.ts';
import { refusalOfLive, refusalToValidate } from '../registry/validation.ts';
import { settled } from './settled.ts';

/** What deploy-model recorded of a version that it deployed. */
export type DeployedRecord = Extract<DeploymentRecord, { endpoint: string; config: string }>;

/** What seeing whether the deployed version is live, and what serves in its place, needs of AWS. */
export const PERMISSIONS_TO_SEE_LIVE: readonly Permission[] = [
  { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
  { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config' },
  { action: 'sagemaker:DescribeModel', on: 'model' },
  { action: 'sagemaker:DescribeModelPackage', on: 'package' },
  { action: 'sagemaker:ListTags', on: 'endpoint config', when: 'somebody else deployed over it' },
];

export interface Liveness {
  readonly deployed: DeployedRecord;
  readonly deadline: Deadline;
  /** Seconds. */
  readonly poll_interval: number;
}

/** The endpoint when the deployed config was live, and the look that saw it. */
export interface SeenLive {
  readonly endpoint: Endpoint | undefined;
  readonly look: Look;
}

/**
 * Waits until the deployed config is live, and returns the endpoint then. The first look asks at once for all that
 * describeServed() needs when it is. Throws deploy-model's own Failure when that
 * deployment was superseded, failed or rolled back.
 */
export async function untilLive(
  { deployed, deadline, poll_interval }: Liveness,
  context: Context,
  still = '',
): Promise<SeenLive> {
  const { aws, clock, log, report } = context;
  const { endpoint: name, config } = deployed;
  const previousConfig = deployed.previous_config;
  const history = deployed.outcome === 'deployed' || still !== '' ? 'was live' : 'nothing';
  const progress = follow({ config, previousConfig, previousDeployedAt: undefined, history });
  let looks = 0;
  const poll = async (): Promise<PollResult<SeenLive & { where: FailedDeployment | { is: 'live' } }>> => {
    const look = new Look({ ...aws, clock });
    const asked = look.endpoint(name);
    if (looks++ === 0) askForServed(look, deployed);
    await look.ended();
    const endpoint = await asked;
    if (endpoint) report.file('endpoint.json', describedEndpoint(endpoint.answer));
    const where = progress(endpoint);
    return where.is === 'progressing'
      ? { is: 'pending', saying: where.saying }
      : { is: 'settled', answer: { endpoint, look, where } };
  };
  const waited = await waitFor(poll, {
    clock,
    deadline,
    interval: poll_interval,
    tolerate: passingTrouble,
    onChange: (saying, elapsed) => log.line(`${name}: ${saying} (after ${elapsed}).`),
  });
  const { endpoint, look, where } = settled(waited, `the endpoint ${name} to be live`);
  const check = `The endpoint ${name} ${still}serves the endpoint config ${config}`;
  if (where.is === 'live') {
    report.check(check);
    return { endpoint, look };
  }
  const maker = where.is === 'superseded' ? await creatingPipelineOf(aws.sagemaker, where.by) : undefined;
  // It is the deployment that would have to be repeated, not this validation.
  const again = 'run the deploy-model job again';
  const { code, what, next } = explainOutcome(where, {
    endpoint: name,
    config,
    previousConfig,
    maker,
    seen: endpoint,
    again,
  });
  report.check(check, what);
  throw new Failure(code, what, next);
}

function askForServed(look: Look, deployed: DeployedRecord): void {
  look.config(deployed.config);
  look.model(deployed.model);
  look.package(deployed.package);
}

/** For the sentence "version 3 is not validated", and "still " where it was looked at before. */
interface Judging {
  readonly judged: 'validated' | 'evaluated' | 'compared' | 'load-tested';
  readonly still?: string;
}

/**
 * The deployed version, as it is now. Throws a Failure when the endpoint serves another one, or this one has changed.
 */
export async function describeServed(
  deployed: DeployedRecord,
  { endpoint, look }: SeenLive,
  { log, report }: Pick<Context, 'log' | 'report'>,
  { judged, still = '' }: Judging,
): Promise<ModelPackage> {
  askForServed(look, deployed);
  await look.ended();
  const served = endpoint ? await packagesServed(look, endpoint) : [];
  const now = await whileLive(look.package(deployed.package), deployed);
  const refusal = refusalToValidate(served, now, deployed);
  report.check(`The endpoint ${still}serves ${displayName(now)} as deployed`, refusal?.why);
  if (refusal)
    throw new Failure(
      'SMC-5002',
      `${displayName(now)} is not ${judged}: ${refusal.why}.`,
      refusal.unwanted ? howToTakeAway(refusal, deployed) : refusal.next,
    );
  log.line(`${deployed.endpoint} is live and ${still}serves ${displayName(now)} (endpoint config ${deployed.config}).`);
  return now;
}

/**
 * Refuses a version that somebody rejected or changed after it was looked at: it stays live. `stands` says what was written about it all
 * the same, "The validation in dev was written".
 */
export function refuseUnlessItHolds(after: ModelPackage, deployed: DeployedRecord, stands: string): void {
  const refusal = refusalOfLive(after, deployed);
  if (!refusal) return;
  throw new Failure(
    'SMC-5007',
    `${stands}, but ${displayName(after)} cannot be promoted: ${refusal.why}, but it is live.`,
    howToTakeAway(refusal, deployed),
  );
}

/** The version of a live endpoint, which somebody may have deleted meanwhile. */
async function whileLive(
  version: Promise<ModelPackage>,
  { endpoint, previous_config: previousConfig }: DeployedRecord,
): Promise<ModelPackage> {
  return version.catch((error: unknown) => {
    throw deletedWhileLive(error, { endpoint, previousConfig, state: 'serves' });
  });
}

/** What to do about a version that is live and should not be. */
function howToTakeAway({ next }: { next: string }, { endpoint, previous_config }: DeployedRecord): string {
  return `${next} ${takingAway(endpoint, previous_config)}`;
}
