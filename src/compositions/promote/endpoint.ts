import * as z from 'zod/mini';
import { expectedArn } from '../../endpoints/endpoint.ts';
import { Look } from '../../endpoints/look.ts';
import { refusalOfAnothersEndpoint } from '../../preview/foreseen.ts';
import type { Context } from '../../program/context.ts';
import { groupArnIn } from '../../registry/packages.ts';
import type { Judged } from './judge.ts';

const checking = z.object({
  endpoint_name: z.string(),
  model_package_group_name: z.string(),
  take_over_endpoint: z.boolean(),
});

/**
 * Looks at the endpoint for which a version would be trained (AWS: DescribeEndpoint, ListTags). Throws a Failure when it is
 * another's; or AWS's error when the role may not see it, because all jobs of an environment have one role. Nothing is asked
 * where the name is not known here.
 */
export async function refuseEndpoint(
  ofCheck: Judged['known'],
  { aws, clock, job }: Pick<Context, 'aws' | 'clock' | 'job'>,
): Promise<void> {
  const given = checking.safeParse(ofCheck).data;
  if (!given) return;
  const { endpoint_name: name, model_package_group_name: group, take_over_endpoint: takeOver } = given;
  const look = new Look({ ...aws, clock });
  look.tags(expectedArn(name, aws));
  const endpoint = await look.beside(look.endpoint(name));
  if (!endpoint || takeOver) return;
  const ours = { project: job.projectId, environment: job.environment, group: groupArnIn(aws, group) };
  const refused = await refusalOfAnothersEndpoint(endpoint, ours, look);
  if (refused) throw refused;
}
