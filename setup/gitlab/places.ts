import { approvalEnvironment } from '../../src/gitlab/job.ts';
import { programsOfRoles } from '../../test/catalog/programs.ts';
import { fileName } from '../policies/team.ts';
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
export function placesOf(plan: SetupPlan): Place[] {
  return plan.environments.flatMap((environment) =>
    plan.models.flatMap((model) => placesOfModel(plan, environment, model)),
  );
}

function placesOfModel(plan: SetupPlan, environment: PlannedEnvironment, model: PlannedModel): Place[] {
  const itself = environment.name + model.suffix;
  const approval = approvalEnvironment(itself);
  return GITLAB_ENVIRONMENTS.map(({ nameBeside, sharesRole }) => {
    const name = nameBeside(itself);
    const kind =
      name === itself ? 'itself' : name === approval ? 'approval' : sharesRole ? 'of the same role' : 'beside';
    const separate = plan.roles === 'two' && !sharesRole;
    const role = `${model.endpoint}-${fileName(separate ? nameBeside(environment.name) : environment.name)}`;
    return {
      name,
      environment,
      kind,
      role: plan.roles === 'duty' ? undefined : `arn:aws:iam::${environment.account}:role/${role}`,
      needs: name === approval && environment.approvers !== undefined ? [protectionOf(name)] : [],
    };
  });
}
