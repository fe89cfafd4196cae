import { readFileSync } from 'node:fs';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import type { Branch, Containers } from '../../compiler/project.ts';
import { resalePrice } from '../catalog/policies.ts';
import { rolesByScope, type Stage, type StageOptions, startStage } from './stage.ts';

export const BRANCHES: readonly Branch[] = ['dev', 'uat', 'main'];

/** Who presses approve-model in each environment. */
export const APPROVERS: Readonly<Record<Branch, string>> = {
  dev: 'lim.wei.jie',
  uat: 'nurul.aisyah',
  main: 'rajesh.kumar',
};

/** Who approves in GitLab beside them, where the policy of the example asks for a second person. */
export const SECOND: Readonly<Partial<Record<Branch, string>>> = { main: 'siti.rahimah' };

/** Approves what a pipeline shows, as the policy of the example asks: in GitLab first, then by starting the job. */
export async function approve(
  pipeline: Pipeline,
  branch: Branch,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Job[]> {
  const second = SECOND[branch];
  if (second !== undefined) pipeline.approve('approve-model', second);
  return pipeline.press('approve-model', APPROVERS[branch], inputs);
}

/** Job -> its exit code. */
export const exitsOf = (jobs: readonly Pick<Job, 'name' | 'exit'>[]) =>
  Object.fromEntries(jobs.map(({ name, exit }) => [name, exit]));

const example = new URL('../../examples/resale-price/', import.meta.url);

export interface Setting extends Partial<Pick<StageOptions, 'outside' | 'variables'>> {
  readonly edition: 'promote' | 'single';
  /** Whether pauses pass faster than they are. */
  readonly hurry?: boolean;
  /** Command -> what runs in its place. */
  readonly replaced?: Readonly<Record<string, string>>;
  readonly containers?: Containers;
}

export type ResalePrice = Stage;

/** The example project beside an AWS account of its own: group and roles are there, nothing has been trained yet. */
export async function startResalePrice({ edition, hurry = false, variables, ...where }: Setting): Promise<ResalePrice> {
  return startStage({
    ...where,
    files: filesOf(edition),
    hurry,
    teams: [resalePrice],
    variables: { ...(edition === 'promote' && { AWS_ROLE_ARN: rolesByScope(resalePrice) }), ...variables },
  });
}

/** The example's pipeline definition with another default of a parameter: a change that somebody pushes to dev. */
export function definitionWith(parameter: string, value: number): Readonly<Record<string, string>> {
  const definition: { Parameters: { Name: string; DefaultValue: unknown }[] } = JSON.parse(read('pipeline.json'));
  for (const each of definition.Parameters) if (each.Name === parameter) each.DefaultValue = value;
  return { 'pipeline.json': `${JSON.stringify(definition, null, 2)}\n` };
}

function filesOf(edition: Setting['edition']): Readonly<Record<string, string>> {
  return {
    '.gitlab-ci.yml': read(edition === 'promote' ? '.gitlab-ci.yml' : 'single-components.gitlab-ci.yml'),
    ...Object.fromEntries(
      ['README.md', 'pipeline.json', 'payload.json', 'endpoint.yml', 'policy.yml', 'quality.yml', 'holdout.csv'].map(
        (path) => [path, read(path)],
      ),
    ),
  };
}

function read(path: string): string {
  return readFileSync(new URL(path, example), 'utf8');
}
