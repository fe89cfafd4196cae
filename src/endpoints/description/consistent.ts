import * as z from 'zod/mini';
import { autoscalingFits } from './autoscaling.ts';
import { type EndpointDescription, sections } from './description.ts';
import { poolsFit } from './instance-pools.ts';
import { kindProblems } from './kind-table.ts';
import { rolloutFits } from './rollout.ts';

/** Whether no other value says on what is served, or says it wrongly: then nothing is told of what is missing. */
function isWithoutCapacity({ value, issues }: z.core.ParsePayload): boolean {
  const isWrong = CAPACITY.some((key) => issues.some(({ path }) => path?.[0] === key));
  return typeof value === 'object' && value !== null && !isWrong;
}

const CAPACITY = ['instance_type', 'instance_pools', 'serverless_config'] as const;

const someCapacity = z.refine<EndpointDescription>(
  (given) => CAPACITY.some((key) => (given[key] ?? undefined) !== undefined),
  {
    path: ['instance_type'],
    error:
      'must be a SageMaker instance type, like ml.m5.large, where there is neither instance_pools nor serverless_config',
    when: isWithoutCapacity,
  },
);

/** Tells what of a description its kind of endpoint cannot have; or where it can have all, what does not fit together. */
function allFits(payload: z.core.ParsePayload<EndpointDescription>): void {
  const of = kindProblems(payload.value);
  for (const { path, why } of of)
    payload.issues.push({ code: 'custom', path: [...path], input: payload.value, message: why });
  if (of.length > 0) return;
  poolsFit(payload);
  rolloutFits(payload);
  autoscalingFits(payload);
}

/** What a file may say of an endpoint in one environment. */
export const endpointDescription = sections.check(someCapacity, z.check(allFits));
