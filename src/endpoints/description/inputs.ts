import * as z from 'zod/mini';
import { decidingAssignments, decidingPath, optional, tells, wholeNumber } from '../../gitlab/inputs.ts';
import { ownTags } from '../../gitlab/tags.ts';
import { resourceName } from '../endpoint.ts';
import { MOST_INSTANCES } from './capacity.ts';
import type { EndpointDescription } from './description.ts';
import { instanceType } from './instance-type.ts';
import { environmentProblems } from './model-environment.ts';

/** The inputs that describe an endpoint: the file, or single values. All may be empty. */
export const descriptionInputs = {
  endpoint_file: optional(decidingPath),
  instance_type: optional(instanceType),
  instance_count: optional(wholeNumber(1, MOST_INSTANCES)),
  variant_name: optional(resourceName),
  model_environment: decidingAssignments.check(tells(environmentProblems)),
  tags: ownTags,
};

/** The values of those inputs. */
export type DescriptionInputs = {
  readonly [Input in keyof typeof descriptionInputs]: z.output<(typeof descriptionInputs)[Input]>;
};

/** Single values, which say nothing beside a file. */
const SINGLE = ['instance_type', 'instance_count', 'variant_name', 'model_environment', 'tags'] as const;

/** Whether these inputs are right: others of the include may be wrong, or unknown in this job. */
function areRight({ value, issues }: z.core.ParsePayload, inputs: readonly (keyof DescriptionInputs)[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return inputs.every((input) => input in value && !issues.some(({ path }) => path?.[0] === input));
}

const isEmpty = (value: DescriptionInputs[keyof DescriptionInputs]) =>
  value === undefined || (value instanceof Map && value.size === 0);

/** Refuses single values beside the file: each by its name, all at once. */
export const oneDescription = SINGLE.map((input) =>
  z.refine<DescriptionInputs>((given) => given.endpoint_file === undefined || isEmpty(given[input]), {
    path: [input],
    message: 'must be empty beside endpoint_file: write it into that file',
    when: (payload) => areRight(payload, ['endpoint_file', input]),
  }),
);

/** Refuses an include that says nothing of how the endpoint serves. */
export const someDescription = z.refine<DescriptionInputs>(
  ({ instance_type, endpoint_file }) => (instance_type ?? endpoint_file) !== undefined,
  {
    path: ['instance_type'],
    message: 'must be given, or endpoint_file, which describes the endpoint',
    when: (payload) => areRight(payload, ['endpoint_file', 'instance_type']),
  },
);

/** The description that single inputs give; `undefined` where they do not say on what is served. */
export function describedByInputs(given: DescriptionInputs): EndpointDescription | undefined {
  const { instance_type, instance_count = 1, variant_name = 'AllTraffic', model_environment, tags } = given;
  if (instance_type === undefined) return undefined;
  return {
    instance_type,
    instance_count,
    variant_name,
    model_environment: Object.fromEntries(model_environment),
    tags: Object.fromEntries(tags),
  };
}
