import { endpointUrl, logsUrl } from '../aws/console.ts';
import { endpointLogGroup } from '../aws/logs.ts';
import type { Done } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import type { DeploymentRecord } from '../program/handover.ts';
import type { DeployedRecord } from './live.ts';

/** What a record says of the version that was asked, and of what served it. */
export function aboutDeployed({ group, package: arn, version, content, endpoint, config }: DeployedRecord) {
  return { group, package: arn, version, content, endpoint, config };
}

/** Links the endpoint and its logs to the job. */
export function linkEndpoint(endpoint: string, { aws, report }: Pick<Context, 'aws' | 'report'>): void {
  report.link('SageMaker', `Endpoint ${endpoint}`, endpointUrl(aws, endpoint));
  report.link('SageMaker', 'Endpoint logs', logsUrl(aws, endpointLogGroup(endpoint)));
}

/** How a job ends that has no deployment to ask: "Nothing to validate: ...". */
export function nothingTo(
  what: 'validate' | 'evaluate' | 'compare' | 'test',
  { why, group, endpoint }: Omit<Extract<DeploymentRecord, { outcome: 'nothing' }>, 'outcome'>,
  { report }: Pick<Context, 'report'>,
): Done<never> {
  report.record({ outcome: 'nothing', why, group, endpoint });
  return { verdict: `Nothing to ${what}: ${why}.`, outputs: {} };
}
