import * as z from 'zod/mini';
import { assignments, optional, path, tells, wholeNumber } from '../../gitlab/inputs.ts';
import { ownTags } from '../../gitlab/tags.ts';
import { resourceName } from '../endpoint.ts';
import { instanceType, MOST_INSTANCES } from './capacity.ts';
import type { EndpointDescription } from './description.ts';
import { environmentProblems } from './model-environment.ts';

/** The inputs that describe an endpoint: the file, or single values. All may be empty. */
export const descriptionInputs = {
  endpoint_file: optional(
    path.check(z.regex(/^[\w./-]{1,255}$/, 'must be a path of at most 255 letters, digits, and the signs _ . / -')),
  ),
  instance_type: optional(instanceType),
  instance_count: optional(wholeNumber(1, MOST_INSTANCES)),
  variant_name: optional(resourceName),
  model_environment: assignments.check(tells(environmentProblems)),
  tags: ownTags,
};

/** The values of those inputs. */
export type DescriptionInputs = {
  readonly [Input in keyof typeof descriptionInputs]: z.output<(typeof descriptionInputs)[Input]>;
};

/** The inputs that an include gives beside the file: none of them may be. */
function besideTheFile(given: DescriptionInputs): string[] {
  const { instance_type, instance_count, variant_name, model_environment, tags } = given;
  const values = {
    instance_type,
    instance_count,
    variant_name,
    model_environment: model_environment.size > 0 ? model_environment : undefined,
    tags: tags.size > 0 ? tags : undefined,
  };
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** Refuses single values beside the file: each by its name, all at once. */
export function oneDescription({ value, issues }: z.core.ParsePayload<DescriptionInputs>): void {
  if (value.endpoint_file === undefined) return;
  for (const input of besideTheFile(value))
    issues.push({
      code: 'custom',
      path: [input],
      input: value,
      message: `must be empty beside endpoint_file: write it in ${value.endpoint_file}`,
    });
}

/** Refuses inputs that say neither on what is served nor which file says it. */
export function someDescription({ value, issues }: z.core.ParsePayload<DescriptionInputs>): void {
  if (value.instance_type !== undefined || value.endpoint_file !== undefined) return;
  issues.push({
    code: 'custom',
    path: ['instance_type'],
    input: value,
    message: 'must be given, or endpoint_file, which describes the endpoint',
  });
}

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
