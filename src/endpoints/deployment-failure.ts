import { endpointLogGroup, lastLogLines } from '../aws/logs.ts';
import type { Aws } from '../aws/session.ts';
import type { Log } from '../gitlab/log.ts';
import type { Report } from '../gitlab/report.ts';
import { Failure } from '../ground/failure.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeploymentEnd } from './follow.ts';
import { describedEndpoint, explainOutcome } from './outcome.ts';
import type { DeploymentPlan } from './plan.ts';
import type { Reconciled } from './reconcile.ts';
import { type Fired, firedLine } from './rollout/fired.ts';
import { creatingPipelineOf } from './tags.ts';

/** Where the reasons of a failure are read, told and kept. */
interface Evidence {
  readonly aws: Aws;
  readonly log: Log;
  readonly report: Report;
}

/** How SageMaker accepted a config. */
export type Accepted = Exclude<Reconciled, { by: 'refusal' }>;
type Refused = Extract<Reconciled, { by: 'refusal' }>;
type Unsuccessful = Pick<DeploymentEnd, 'endpoint'> & {
  readonly where: Exclude<DeploymentEnd['where'], { is: 'live' }>;
  readonly previousConfig: string | undefined;
  /** The alarms that rolled it back. */
  readonly fired: readonly Fired[];
};

/** The Failure for a deployment that was refused before it began. */
export async function explainRefusal(
  { refusal: { code, why, next }, endpoint }: Refused,
  plan: DeploymentPlan,
  context: Evidence,
): Promise<Failure> {
  if (endpoint?.status === 'Failed' || endpoint?.status === 'UpdateRollbackFailed')
    await keepReasons(endpoint, plan, context);
  return new Failure(code, why, next);
}

/** The Failure for a deployment that has ended and is not live. */
export async function explainDeploymentEnd(
  { endpoint: seen, where, previousConfig, fired }: Unsuccessful,
  plan: DeploymentPlan,
  context: Evidence,
): Promise<Failure> {
  await keepReasons(seen, plan, context);
  const { endpoint, config } = plan.desired;
  const maker = where.is === 'superseded' ? await creatingPipelineOf(context.aws.sagemaker, where.by) : undefined;
  const { code, what, next } = explainOutcome(where, {
    endpoint,
    config,
    previousConfig,
    maker,
    seen,
    fired: fired.map((each) => `${firedLine(each)}.`),
  });
  return new Failure(code, what, next);
}

/**
 * Keeps what explains a failure: the answer of DescribeEndpoint, whose reason the next update erases, and the last log
 * lines.
 */
async function keepReasons(
  seen: Endpoint | undefined,
  { desired: { endpoint }, serving }: DeploymentPlan,
  { aws, log, report }: Evidence,
): Promise<void> {
  if (seen) {
    const file = report.file('endpoint.json', describedEndpoint(seen.answer));
    log.line(`Saved SageMaker's description of ${endpoint} in ${file}.`);
  }
  const query = { group: endpointLogGroup(endpoint), streamPrefix: `${serving.description.variant_name}/`, limit: 20 };
  log.section(`The last log lines of ${endpoint}`, await lastLogLines(await aws.logs(), query), 'open');
}
