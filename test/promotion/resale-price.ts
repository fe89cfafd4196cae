import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishCatalog } from '../../compiler/catalog.ts';
import {
  type Branch,
  type Containers,
  createProject,
  type Project,
  type ProjectVariables,
} from '../../compiler/project.ts';
import { machineClock } from '../../emulator/clock.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { build } from '../../scripts/build.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programs } from '../catalog/programs.ts';

export const BRANCHES: readonly Branch[] = ['dev', 'uat', 'main'];

/** Who presses approve-model in each environment. */
export const APPROVERS: Readonly<Record<Branch, string>> = {
  dev: 'lim.wei.jie',
  uat: 'nurul.aisyah',
  main: 'rajesh.kumar',
};

const example = new URL('../../examples/resale-price/', import.meta.url);

export interface Setting {
  readonly edition: 'promote' | 'single';
  /** Whether pauses pass faster than they are. */
  readonly hurry?: boolean;
  /** Command -> what runs in its place. */
  readonly replaced?: Readonly<Record<string, string>>;
  readonly containers?: Containers;
}

/** The example project beside an AWS account of its own: group and roles are there, nothing has been trained yet. */
export interface ResalePrice {
  readonly emulator: Emulator;
  readonly project: Project;
  close(): Promise<void>;
}

export async function startResalePrice({
  edition,
  hurry = false,
  replaced = {},
  ...where
}: Setting): Promise<ResalePrice> {
  const root = mkdtempSync(join(tmpdir(), 'sagemaker-components-'));
  const bundle = join(root, 'programs');
  await build(bundle).catch((error: unknown) => {
    rmSync(root, { recursive: true, force: true });
    throw error;
  });
  const emulator = await startEmulator({ clock: machineClock() });
  setScene(emulator, hurry);
  const catalog = publishCatalog(root, '1.0.0');
  const project = await createProject(filesOf(edition), {
    emulator,
    catalog,
    programs: bundle,
    hurry,
    replaced,
    ...where,
    variables: variablesOf(edition, emulator),
  });
  return {
    emulator,
    project,
    async close() {
      await project.close();
      await emulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
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
    ...Object.fromEntries(['README.md', 'pipeline.json', 'payload.json'].map((path) => [path, read(path)])),
  };
}

function read(path: string): string {
  return readFileSync(new URL(path, example), 'utf8');
}

function setScene(emulator: Emulator, hurry: boolean): void {
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: 'ResalePriceModelGroup' });
  // What a real minute's work takes: less than a second, but not nothing.
  const pace = { describes: 1, milliseconds: hurry ? 20 : 400 };
  Object.assign(emulator.executions.pace, pace);
  Object.assign(emulator.endpoints.pace, pace);
}

/**
 * The roles have the generated policies and no more. With the single components there is a role for each duty; with `promote`,
 * by scoped variables, one for each environment's duties and one for its approver's.
 */
function variablesOf(edition: Setting['edition'], emulator: Emulator): ProjectVariables {
  const shared = { AWS_REGION: emulator.region, AWS_ACCOUNT_ID: emulator.account };
  for (const role of rolesOf(resalePrice, programs)) emulator.roles.set(role.arn, role);
  if (edition === 'single') return shared;
  const scopes = BRANCHES.flatMap((branch) => [branch, `${branch}/approval`]).map((scope) => [
    scope,
    `arn:aws:iam::${emulator.account}:role/resale-price-${scope.replace('/', '-')}`,
  ]);
  return { ...shared, AWS_ROLE_ARN: Object.fromEntries(scopes) };
}
