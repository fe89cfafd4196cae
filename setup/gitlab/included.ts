import { readdirSync } from 'node:fs';
import * as z from 'zod/mini';
import type { PlannedEnvironment, SetupPlan } from '../setup-plan.ts';
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
      rules: z.optional(z.unknown()),
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

/** The components of this catalog. What else is included is another's, whatever its inputs are called. */
const OURS = new Set(
  readdirSync(new URL('../../templates/', import.meta.url)).map((file) => file.replace(/\.yml$/, '')),
);

/** The component of this catalog that is included, if it is one. */
export function includedIn(written: unknown): Included[] {
  const { success, data } = z.safeParse(include, written);
  const name = /\/([\w-]+)@[^/]+$/.exec(data?.component ?? '')?.[1];
  return success && name !== undefined && OURS.has(name) ? [{ name, inputs: data.inputs ?? {} }] : [];
}

/** A value that no variable changes. */
export function literal(value: string | undefined): string | undefined {
  return value?.includes('$') ? undefined : value;
}

/** The name of an endpoint, as the jobs of an environment read it. */
export function expanded(endpoint: string, { ref }: PlannedEnvironment): string {
  return ref.type === 'branch'
    ? endpoint.replaceAll(/\$CI_COMMIT_BRANCH\b|\$\{CI_COMMIT_BRANCH\}/g, ref.name)
    : endpoint;
}

/** The branches of an include that says nothing of them. */
const USUAL: readonly string[] = ['dev', 'uat', 'main'];

/** By default, an environment is called like its branch. */
const LIKE_ITS_BRANCH = '$CI_COMMIT_BRANCH';

/** Whether an include itself says in which environments it has jobs: rules may say anything, and so may a variable. */
export function isPlaced({ inputs: { environment = LIKE_ITS_BRANCH, branch, rules } }: Included): boolean {
  if (literal(environment) !== undefined) return true;
  return environment === LIKE_ITS_BRANCH && !branch?.includes('$') && rules === undefined;
}

/** The environments in which an include has jobs; none where it does not say so itself. */
export function servedBy({ environments }: SetupPlan, included: Included): PlannedEnvironment[] {
  const { environment, branch, tag_prefix: tags } = included.inputs;
  const named = literal(environment);
  if (named !== undefined) return environments.filter(({ name }) => name === named);
  if (tags || !isPlaced(included)) return [];
  const branches = branch ? [branch] : USUAL;
  return environments.filter(({ name, ref }) => branches.includes(name) && ref.type === 'branch' && ref.name === name);
}
