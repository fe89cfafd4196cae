import { approvalEnvironment } from '../../src/gitlab/job.ts';
import { accountPlan, accountsOf } from '../aws/account.ts';
import { programsOfRoles } from '../programs.ts';
import type { PlannedEnvironment, PlannedModel, SetupPlan } from '../setup-plan.ts';

/** A GitLab environment in which jobs of a model run. */
export interface Place {
  /** `uat`, `uat/approval`, `uat/churn/approval`. */
  readonly name: string;
  readonly environment: PlannedEnvironment;
  /** Whether it is the environment itself, or stands beside it with or without a role of its own. */
  readonly kind: 'itself' | 'approval' | 'of the same role' | 'beside';
  /** The ARN of the role of its jobs; none where each duty has its own, which only inputs can name. */
  readonly role: string | undefined;
  /** The settings without which that role must not be given away. */
  readonly needs: readonly string[];
}

/** What is asked for: `setup.yml`, and the GitLab environments that follow from it. */
export interface Asked extends SetupPlan {
  readonly places: readonly Place[];
}

/** What protects an approval environment, by the name of the setting. */
export function protectionOf(place: string): string {
  return `protection of ${place}`;
}

/** The GitLab environments of the components' definitions, by how each is named beside that of its environment. */
const GITLAB_ENVIRONMENTS = distinct(
  programsOfRoles.flatMap(({ gitlab: { environment } }) =>
    environment === false
      ? []
      : [{ nameBeside: environment.name ?? ((served: string) => served), sharesRole: environment.sharesRole === true }],
  ),
);

function distinct<Each extends { nameBeside(served: string): string }>(all: readonly Each[]): Each[] {
  return [...new Map(all.map((each) => [each.nameBeside(''), each])).values()];
}

/** Every GitLab environment of a project, as the definitions of the components name them. */
export function askedOf(plan: SetupPlan): Asked {
  const roles = rolesOf(plan);
  const places = plan.environments.flatMap((environment) =>
    plan.models.flatMap((model) => placesOfModel(plan, { environment, model, roles })),
  );
  return { ...plan, places };
}

/** GitLab environment -> the role that the AWS side makes for its jobs. */
type Roles = ReadonlyMap<string, string>;

/** No variable can name a role of each duty: several of them are in one GitLab environment. */
function rolesOf(plan: SetupPlan): Roles {
  if (plan.roles === 'duty') return new Map();
  return new Map(
    accountsOf(plan).flatMap((account) =>
      accountPlan(plan, account, programsOfRoles).roles.flatMap(({ name, jobs }) =>
        jobs?.scope === undefined ? [] : [[jobs.scope, `arn:aws:iam::${account}:role/${name}`] as const],
      ),
    ),
  );
}

interface OfModel {
  readonly environment: PlannedEnvironment;
  readonly model: PlannedModel;
  readonly roles: Roles;
}

function placesOfModel(plan: SetupPlan, { environment, model, roles }: OfModel): Place[] {
  const itself = environment.name + model.suffix;
  const approval = approvalEnvironment(itself);
  return GITLAB_ENVIRONMENTS.map(({ nameBeside, sharesRole }) => {
    const name = nameBeside(itself);
    const kind =
      name === itself ? 'itself' : name === approval ? 'approval' : sharesRole ? 'of the same role' : 'beside';
    return {
      name,
      environment,
      kind,
      role: roles.get(sharesRole || plan.roles === 'one' ? itself : name),
      needs: name === approval && environment.approvers !== undefined ? [protectionOf(name)] : [],
    };
  });
}
