import { DescribeModelPackageGroupCommand, DescribePipelineCommand } from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../../aws/sagemaker-errors.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { findEndpoint } from '../../endpoints/endpoint.ts';
import { isSameOwner, refusalOfOwner } from '../../endpoints/owner.ts';
import { readEndpointTags } from '../../endpoints/tags.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import type { Context } from '../../program/context.ts';
import type { SetupFinding } from './finding.ts';
import type { CheckedNames } from './names.ts';

type LookingAtThings = Pick<Context, 'aws' | 'job'>;

/** What is found about the names that the inputs give: the group, the pipeline and the endpoint. */
export async function lookAtThings(names: CheckedNames, looking: LookingAtThings): Promise<SetupFinding[]> {
  return Promise.all([
    unlessUnreadable('model package group', () => lookAtGroup(names, looking)),
    unlessUnreadable('pipeline', () => lookAtPipeline(names, looking)),
    unlessUnreadable('endpoint name', () => lookAtEndpoint(names, looking)),
  ]);
}

/** What cannot be read is told by its permission; what it is, nobody knows then. */
async function unlessUnreadable(name: string, look: () => Promise<SetupFinding>): Promise<SetupFinding> {
  try {
    return await look();
  } catch (error) {
    const why = troubleOf(error) === 'denied' ? 'this role may not look at it' : inItsOwnWords(error);
    return { name, is: 'not looked at', why };
  }
}

async function lookAtGroup({ group, region }: CheckedNames, { aws }: LookingAtThings): Promise<SetupFinding> {
  const name = 'model package group';
  const command = new DescribeModelPackageGroupCommand({ ModelPackageGroupName: group });
  const found = await unlessNotFound(aws.sagemaker.send(command));
  if (found) return { name, is: 'right', why: `${group} is there` };
  return {
    name,
    is: 'wrong',
    why: `there is no ${group}`,
    next: `create it (aws sagemaker create-model-package-group --model-package-group-name ... --region ${region}), or correct model_package_group_name or aws_region (the CI/CD variable AWS_REGION).`,
  };
}

async function lookAtPipeline({ pipeline }: CheckedNames, { aws }: LookingAtThings): Promise<SetupFinding> {
  const name = 'pipeline';
  if (pipeline === undefined) return { name, is: 'not looked at', why: 'pipeline_name is empty' };
  const found = await unlessNotFound(aws.sagemaker.send(new DescribePipelineCommand({ PipelineName: pipeline })));
  return {
    name,
    is: 'right',
    why: found ? `${pipeline} is there` : `${pipeline} is free: the first training creates it`,
  };
}

async function lookAtEndpoint(
  { endpoint, environment, group }: CheckedNames,
  { aws: { sagemaker }, job }: LookingAtThings,
): Promise<SetupFinding> {
  const name = 'endpoint name';
  const found = await findEndpoint(sagemaker, endpoint);
  if (!found) return { name, is: 'right', why: `${endpoint} is free: the first deployment creates it` };
  const owner = (await readEndpointTags(sagemaker, found.arn))?.owner;
  const ours = { project: job.projectId, environment, group };
  if (!owner) return { name, is: 'right', why: `${endpoint} is there, and of no deployment of these components yet` };
  if (isSameOwner(owner, ours)) return { name, is: 'right', why: `${endpoint} is this project's` };
  const { why, next } = refusalOfOwner(endpoint, owner, ours);
  return { name, is: 'wrong', why: why.replace(/\.$/, ''), next };
}
