import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishCatalog } from '../../compiler/catalog.ts';
import { createProject, type Project, type ProjectOptions } from '../../compiler/project.ts';
import { machineClock } from '../../emulator/clock.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { Role } from '../../emulator/world.ts';
import { accountPlan } from '../../setup/aws/account.ts';
import { templateOf } from '../../setup/aws/template.ts';
import { fileName, type Team } from '../../setup/policies/team.ts';
import { builtPrograms } from '../built.ts';
import { programsOfRoles } from '../catalog/programs.ts';
import { planOf, rolesOfTemplate } from '../setup/plans.ts';

export interface StageOptions extends Omit<ProjectOptions, 'emulator' | 'otherRegions' | 'catalog' | 'programs'> {
  /** Path -> content. */
  readonly files: Readonly<Record<string, string>>;
  /** Whose roles and groups there are: the roles are those of the CloudFormation template, and no more. */
  readonly teams: readonly Team[];
  /** Regions beside the first, in each of which the teams have the same names. */
  readonly otherRegions?: readonly string[];
}

/** A project beside an AWS account of its own: groups and roles are there, nothing has been trained yet. */
export interface Stage {
  readonly emulator: Emulator;
  /** SageMaker in each region, the first one's too. */
  readonly regions: readonly Emulator[];
  readonly project: Project;
  close(): Promise<void>;
}

export async function startStage({
  files,
  teams,
  variables,
  otherRegions = [],
  hurry = false,
  ...more
}: StageOptions): Promise<Stage> {
  const programs = await builtPrograms();
  const root = mkdtempSync(join(tmpdir(), 'sagemaker-components-'));
  const emulator = await startEmulator({ clock: machineClock() });
  const others = await Promise.all(otherRegions.map((region) => startEmulator({ clock: machineClock(), region })));
  const regions = [emulator, ...others];
  for (const each of regions) setScene(each, teams, hurry);
  const project = await createProject(files, {
    ...more,
    emulator,
    otherRegions: others,
    hurry,
    catalog: publishCatalog(root, '1.0.0'),
    programs,
    variables: { AWS_REGION: emulator.region, AWS_ACCOUNT_ID: emulator.account, ...variables },
  });
  return {
    emulator,
    regions,
    project,
    async close() {
      await project.close();
      await Promise.all(regions.map((each) => each.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function setScene(emulator: Emulator, teams: readonly Team[], hurry: boolean): void {
  for (const group of new Set(teams.map((team) => team.group)))
    emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: group });
  const here = teams.map((team) => ({ ...team, region: emulator.region }));
  for (const role of here.flatMap(rolesOfStack)) emulator.roles.set(role.arn, role);
  // What a real minute's work takes: less than a second, but not nothing.
  const pace = { describes: 1, milliseconds: hurry ? 20 : 400 };
  Object.assign(emulator.executions.pace, pace);
  Object.assign(emulator.endpoints.pace, pace);
  // Each look at a fleet that bakes is worth six minutes.
  emulator.endpoints.perLook = 360_000;
}

/** The roles that a team's CloudFormation template makes: those of the scoped variables, and one for each duty. */
function rolesOfStack(team: Team): Role[] {
  return (['two', 'duty'] as const).flatMap((layout) => {
    const plan = accountPlan(planOf(team, layout), team.account, programsOfRoles);
    return rolesOfTemplate(templateOf(plan), team.account);
  });
}

/** Scope -> the role that its jobs share: for each environment one, and one for its approver. */
export function rolesByScope({ environments, account, endpoint }: Team): Record<string, string> {
  const role = (scope: string) => `arn:aws:iam::${account}:role/${endpoint}-${fileName(scope)}`;
  return Object.fromEntries(
    environments.flatMap((environment) => [
      // `uat*` covers `uat/rollback`.
      ...[environment, `${environment}/rollback`].map((scope) => [scope, role(environment)]),
      ...['approval', 'comparison'].map((each) => `${environment}/${each}`).map((scope) => [scope, role(scope)]),
    ]),
  );
}
