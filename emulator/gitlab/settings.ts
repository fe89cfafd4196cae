import {
  type ApiAnswer,
  type ApiRequest,
  created,
  done,
  mistakeIn,
  notFound,
  type Params,
  type Route,
  refused,
} from './api.ts';
import { PROCESS_MODES } from './resource-groups.ts';

/** A group of people, by its number. */
export interface Group {
  readonly id: number;
  readonly full_path: string;
  /** Who is in it, and whether their accounts are active. */
  readonly people: readonly { readonly username: string; readonly state: string }[];
}

const ROLES = ['no_one_allowed', 'developer', 'maintainer', 'owner'];
const OWNER = 50;
const OF_OWNERS =
  'Changing the restrict_user_defined_variables or ci_pipeline_variables_minimum_override_role is not allowed';
const ANCESTOR = 'Project cannot be shared with the group it is in or one of its ancestors.';
const LEVELS = [5, 10, 15, 20, 30, 40];

/** A project's own settings, and the groups that it is shared with: https://docs.gitlab.com/api/projects/ */
export class Settings {
  readonly groups: Group[] = [];
  readonly shared: { group_id: number; group_full_path: string; group_access_level: number }[] = [];
  readonly values: Record<string, unknown> = {
    default_branch: 'main',
    description: '',
    visibility: 'private',
    ci_pipeline_variables_minimum_override_role: 'developer',
    resource_group_default_process_mode: 'unordered',
  };

  readonly #path: () => string;

  /** The path is that of the project. */
  constructor(path: () => string) {
    this.#path = path;
  }

  /** As the project's own answer shows them, but for who asks. */
  shown(): object {
    return { ...this.values, shared_with_groups: this.shared };
  }

  /** `GET /groups/:id`, by number or path, and the people in it; `undefined` for what is about no group. */
  group({ method, path }: Pick<ApiRequest, 'method' | 'path'>): ApiAnswer | readonly object[] | undefined {
    const [, id, members] = /^\/groups\/([^/]+)(\/members\/all)?$/.exec(path) ?? [];
    if (method !== 'GET' || id === undefined) return undefined;
    const name = decodeURIComponent(id);
    const group = this.groups.find((each) => name === String(each.id) || name === each.full_path);
    if (!group) return notFound('Group');
    return members === undefined ? done({ id: group.id, full_path: group.full_path }) : group.people;
  }

  readonly routes: readonly Route[] = [
    { method: 'PUT', below: /^$/, level: 40, answer: (_, params, level) => this.#change(params, level) },
    { method: 'POST', below: /^\/share$/, level: 40, answer: (_, params) => this.#share(params) },
  ];

  #change(params: Params, level: number): ApiAnswer {
    const mistake = mistakeIn(params, {
      ci_pipeline_variables_minimum_override_role: ROLES,
      resource_group_default_process_mode: PROCESS_MODES,
    });
    if (mistake) return mistake;
    const { ci_pipeline_variables_minimum_override_role: role } = this.values;
    if (params.ci_pipeline_variables_minimum_override_role !== undefined && role === 'owner' && level < OWNER)
      return refused(400, OF_OWNERS);
    // An attribute that this version of GitLab does not have is passed over in silence.
    for (const [name, value] of Object.entries(params)) if (name in this.values) this.values[name] = value;
    return done(this.shown());
  }

  #share(params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { group_id: 'required', group_access: 'required' });
    if (mistake) return mistake;
    const invalid = mistakeIn(params, { group_access: LEVELS });
    if (invalid) return invalid;
    const group = this.groups.find(({ id }) => id === Number(params.group_id));
    if (!group) return notFound('Group');
    if (this.shared.some(({ group_id }) => group_id === group.id))
      return refused(409, 'Group already shared with this group');
    if (this.#path().startsWith(`${group.full_path}/`)) return refused(409, ANCESTOR);
    const level = Number(params.group_access);
    this.shared.push({ group_id: group.id, group_full_path: group.full_path, group_access_level: level });
    return created({ id: 1, project_id: 42, group_id: group.id, group_access: level, expires_at: null });
  }
}
