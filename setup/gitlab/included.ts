import * as z from 'zod/mini';
import type { PlannedEnvironment } from '../setup-plan.ts';
import type { Difference } from './difference.ts';

const text = z.catch(z.optional(z.string()), undefined);

const switched = z.catch(z.optional(z.boolean()), undefined);

const include = z.object({
  component: z.string().check(z.regex(/\/[\w-]+@[^/]+$/)),
  inputs: z.optional(
    z.object({
      job_prefix: text,
      job_name: text,
      branch: text,
      tag_prefix: text,
      environment: text,
      promotion_path: text,
      endpoint_name: text,
      gitlab_environment_suffix: text,
      model_package_group_name: text,
      pipeline_name: text,
      pipeline_role_arn: text,
      execution_role_arn: text,
      check_setup: switched,
      one_role: switched,
    }),
  ),
});

/** A component of the catalog that a pipeline includes. */
export interface Included {
  readonly name: string;
  readonly inputs: NonNullable<z.output<typeof include>['inputs']>;
}

/** What is wrong with an include, and what to do. */
export type Flaw = Pick<Difference, 'found' | 'next'>;

/** Components have the inputs of this catalog; what else is included is another's. */
export function includedIn(written: unknown): Included[] {
  const { success, data } = z.safeParse(include, written);
  const name = /\/([\w-]+)@[^/]+$/.exec(data?.component ?? '')?.[1];
  return success && name !== undefined ? [{ name, inputs: data.inputs ?? {} }] : [];
}

/** The name of an endpoint, as the jobs of an environment read it. */
export function expanded(endpoint: string, { ref }: PlannedEnvironment): string {
  return ref.type === 'branch'
    ? endpoint.replaceAll(/\$CI_COMMIT_BRANCH\b|\$\{CI_COMMIT_BRANCH\}/g, ref.name)
    : endpoint;
}
