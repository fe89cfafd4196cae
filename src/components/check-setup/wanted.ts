import { type Component, type Permission, roleEnvironmentOf } from '../../program/component.ts';

/** What a check reads of the definition of a component. */
export type CheckedProgram = Pick<Component, 'name' | 'gitlab' | 'permissions'>;

/** A permission that the role may need, with who needs it. */
export interface WantedPermission {
  readonly permission: Permission;
  readonly components: readonly string[];
  /** When it is needed, if not always: the end of a sentence. */
  readonly when: string | undefined;
  /** Whether the project cannot do without it. */
  readonly required: boolean;
}

interface RolePlace {
  readonly environment: string;
  readonly path: readonly string[];
  /** The GitLab environment whose variable names the role. */
  readonly gitlabEnvironment: string;
  /** Those that the role must serve; empty where those must be served that every promotion has. */
  readonly components: readonly string[];
}

/** Components without which there is no promotion: promote always adds their jobs. */
const ALWAYS: readonly string[] = [
  'deploy-pipeline',
  'check-model',
  'approve-model',
  'reject-model',
  'deploy-model',
  'validate-endpoint',
  'rollback-endpoint',
];

/** The permissions that the role of a GitLab environment may need, each once, in the order of the components. */
export function wantedPermissions(programs: readonly CheckedProgram[], place: RolePlace): WantedPermission[] {
  const here = programs.filter((program) => isHere(program, place));
  const all = here.flatMap(({ name, permissions }) => permissions.map((permission) => ({ name, permission })));
  return [...Map.groupBy(all, ({ permission }) => identityOf(permission)).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const needing = same.filter(({ name, permission }) => mustServe(name, place) && !isOptional(permission));
    const required = needing.length > 0;
    const always = (required ? needing : same).find(({ permission }) => permission.when === undefined);
    const { permission } = always ?? first;
    const components = [...new Set(same.map(({ name }) => name))];
    return [{ permission, components, when: permission.when, required }];
  });
}

/** Whether the jobs of a component have the role of this GitLab environment. */
function isHere({ name, gitlab }: CheckedProgram, place: RolePlace): boolean {
  if (place.components.length > 0) return place.components.includes(name);
  if (gitlab.branches === 'first' && place.environment !== place.path[0]) return false;
  return roleEnvironmentOf({ gitlab }, place.environment) === place.gitlabEnvironment;
}

function mustServe(name: string, { components }: RolePlace): boolean {
  return components.length > 0 || ALWAYS.includes(name);
}

/** What one request shows: when it is needed does not count. */
const identityOf = ({ action, on, writes, sets }: Permission) => JSON.stringify([action, on, writes, sets]);

/** Places that only some projects have: their policies are left out where nothing is said of them. */
const OF_SOME: readonly Permission['on'][] = [
  'training reports',
  'labelled data',
  'predictions',
  'image',
  'model data',
];

function isOptional({ on, of }: Permission): boolean {
  return of !== undefined || OF_SOME.includes(on);
}
