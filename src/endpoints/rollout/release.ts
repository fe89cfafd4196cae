import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DeploymentConfig } from '@aws-sdk/client-sagemaker';
import { Failure } from '../../ground/failure.ts';
import type { AlarmsSection } from '../description/alarms.ts';
import { releaseAlarms } from '../description/alarms-effects.ts';
import { startingInstances } from '../description/capacity.ts';
import { deploymentConfig, secondsOf, strategyProblems, strategyWords } from '../description/strategy-effects.ts';
import type { DeploymentPlan } from '../plan.ts';
import {
  alarmPrefix,
  deleteReleaseAlarms,
  type NewFleet,
  namedAlarmProblems,
  namesOf,
  putReleaseAlarms,
} from './release-alarms.ts';

interface CloudWatch {
  cloudwatch(): Promise<CloudWatchClient>;
}

/** The release that a plan brings: its config on the endpoint, by its variant. */
export function releaseOf({ desired, serving }: DeploymentPlan): NewFleet {
  return { endpoint: desired.endpoint, config: desired.config, variant: serving.description.variant_name };
}

/** Whether alarms are made for a release. */
export function hasOwnAlarms({ serving }: DeploymentPlan): boolean {
  const { alarms } = serving.description;
  return alarms !== undefined && releaseAlarms(alarms).length > 0;
}

/**
 * Refuses an update that SageMaker would refuse or roll back at once: a step that does not fit the instances that will run, or a
 * named alarm that is missing or in ALARM (AWS: DescribeAlarms).
 */
export async function refuseRollout(
  plan: DeploymentPlan,
  instances: number,
  { cloudwatch }: CloudWatch,
): Promise<void> {
  const { alarms } = plan.serving.description;
  const { endpoint } = plan.desired;
  const misfit = refusalOfSteps(plan, instances);
  if (misfit) throw misfit;
  const wrong = alarms && alarms.named.length > 0 ? await namedAlarmProblems(await cloudwatch(), alarms) : [];
  if (wrong.length > 0)
    throw new Failure(
      'SMC-4019',
      `SageMaker would roll the update of ${endpoint} back at once, or refuse it. Nothing was changed.\n${lines(wrong)}`,
      'look at the alarm in the AWS console. When it is OK, run this job again; if it watches something else, correct the section alarms of the endpoint file.',
    );
}

/** The refusal of a strategy whose steps do not fit the instances that will run. */
export function refusalOfSteps({ serving, desired }: DeploymentPlan, instances: number): Failure | undefined {
  const { strategy } = serving.description;
  const misfits = strategy ? strategyProblems(strategy, instances) : [];
  if (misfits.length === 0) return undefined;
  return new Failure(
    'SMC-4020',
    `The strategy does not fit ${desired.endpoint}, which keeps its ${instances} instances. Nothing was changed.\n${lines(misfits.map(({ key, why }) => `strategy.${key} ${why.replace(/, and instance_count is .*/, '')}`))}`,
    'give the size as a share, like "10%", or set instance_count to what the endpoint needs, then push.',
  );
}

const lines = (each: readonly string[]) => each.map((one) => `  ${one}`).join('\n');

/** Refuses a strategy that waits longer than the job does. */
export function refuseLongWaits(plan: DeploymentPlan, max_wait_time: number): void {
  const { strategy, ...on } = plan.serving.description;
  const needed = strategy ? secondsOf(strategy, startingInstances(on)) : 0;
  if (needed + START_UP <= max_wait_time || needed === 0) return;
  throw new Failure(
    'SMC-4021',
    `max_wait_time is ${max_wait_time} seconds, and the strategy alone waits ${needed}, beside ${START_UP} for the instances to start. Nothing was changed.`,
    `set max_wait_time to at least ${needed + START_UP}, and timeout longer than that; or shorten the waits in the endpoint file.`,
  );
}

/** Seconds that new instances may need until they answer: SageMaker gives a container 8 minutes. */
export const START_UP = 600;

/** How SageMaker is to bring an update in, with the alarms that roll it back; `undefined` where nothing is said. */
export function rolloutRequest(plan: DeploymentPlan): DeploymentConfig | undefined {
  const { strategy, alarms } = plan.serving.description;
  return strategy && deploymentConfig(strategy, alarms ? namesOf(releaseOf(plan), alarms, 'roll_back') : []);
}

/** `: canary of 1 instance, 2 x 600 s, 2 alarms roll it back`; empty where no strategy is given. */
export function strategyClause(plan: DeploymentPlan): string {
  const { strategy, ...on } = plan.serving.description;
  if (!strategy) return '';
  const alarms = watchingAlarms(plan, 'roll_back').length;
  const guarded = alarms === 0 ? '' : `, ${alarms} alarm${alarms === 1 ? ' rolls' : 's roll'} it back`;
  return `: ${strategyWords(strategy, startingInstances(on))}${guarded}`;
}

/** Makes the alarms of a release. Those of a section without any need no request. */
export async function armRelease(plan: DeploymentPlan, { cloudwatch }: CloudWatch): Promise<void> {
  const { alarms } = plan.serving.description;
  if (alarms && hasOwnAlarms(plan)) await putReleaseAlarms(await cloudwatch(), releaseOf(plan), alarms);
}

/** Deletes what earlier releases left behind; the endpoint is ours by now, and none of theirs is under way. */
export async function deleteEarlierAlarms(plan: DeploymentPlan, { cloudwatch }: CloudWatch): Promise<number> {
  const { endpoint, config } = releaseOf(plan);
  const own = alarmPrefix(endpoint, config);
  return deleteReleaseAlarms(await cloudwatch(), alarmPrefix(endpoint), (name) => name.startsWith(own));
}

/** Deletes the alarms of every release on the endpoint, when none is under way. */
export async function deleteAllAlarms(plan: DeploymentPlan, { cloudwatch }: CloudWatch): Promise<void> {
  await deleteReleaseAlarms(await cloudwatch(), alarmPrefix(plan.desired.endpoint));
}

/** Deletes the alarms of a release that has ended, and no other's. */
export async function disarmRelease(plan: DeploymentPlan, { cloudwatch }: CloudWatch): Promise<void> {
  const { endpoint, config } = releaseOf(plan);
  await deleteReleaseAlarms(await cloudwatch(), alarmPrefix(endpoint, config));
}

/** All alarms that watch a release. */
export function watchingAlarms(plan: DeploymentPlan, action: 'roll_back' | 'observe'): string[] {
  const { alarms }: { readonly alarms?: AlarmsSection | undefined } = plan.serving.description;
  return alarms ? namesOf(releaseOf(plan), alarms, action) : [];
}
