import { type ApiAnswer, created, done, mistakeIn, type Params, type Route, refused } from './api.ts';
import type { Settings } from './settings.ts';

interface Level {
  readonly id: number;
  access_level: number | null;
  user_id: number | null;
  group_id: number | null;
  group_inheritance_type: number;
}

interface Rule extends Level {
  required_approvals: number;
}

interface ProtectedEnvironment {
  readonly name: string;
  readonly deploy_access_levels: Level[];
  readonly approval_rules: Rule[];
}

/** The protected environments of a project: https://docs.gitlab.com/api/protected_environments/ */
export class ProtectedEnvironments {
  readonly all: ProtectedEnvironment[] = [];
  /** GitLab Free does not have them. */
  licensed = true;
  readonly #settings: Settings;
  #ids = 100;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  readonly routes: readonly Route[] = [
    { method: 'GET', below: /^\/protected_environments$/, level: 40, answer: () => this.#licensed(() => this.all) },
    {
      method: 'POST',
      below: /^\/protected_environments$/,
      level: 40,
      answer: (_, params) => this.#licensed(() => this.#protect(params)),
    },
    {
      method: 'PUT',
      below: /^\/protected_environments\/([^/]+)$/,
      level: 40,
      answer: ([name], params) => this.#licensed(() => this.#update(name, params)),
    },
  ];

  /** Protects one, as somebody did by hand: the people of a group may deploy, and must approve so often. */
  add(name: string, group_id: number, required_approvals = 0): void {
    const rules = required_approvals === 0 ? [] : [{ ...this.#level(), group_id, required_approvals }];
    this.all.push({ name, deploy_access_levels: [{ ...this.#level(), group_id }], approval_rules: rules });
  }

  #licensed<Answer>(answer: () => Answer): Answer | ApiAnswer {
    return this.licensed ? answer() : refused(404, '404 Not Found');
  }

  #protect(params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { name: 'required', deploy_access_levels: 'required' });
    if (mistake) return mistake;
    const name = String(params.name);
    if (this.all.some((each) => each.name === name))
      return refused(409, `Protected environment '${name}' already exists`);
    const made: ProtectedEnvironment = { name, deploy_access_levels: [], approval_rules: [] };
    const refusal = this.#change(made, params);
    if (refusal) return refusal;
    this.all.push(made);
    return created(made);
  }

  #update(name: string | undefined, params: Params): ApiAnswer {
    const found = this.all.find((each) => each.name === name);
    if (!found) return refused(404, '404 Not Found');
    return this.#change(found, params) ?? done(found);
  }

  /** Adds, changes and removes levels and rules. Groups that the project is not shared with are passed over in silence. */
  #change(environment: ProtectedEnvironment, params: Params): ApiAnswer | undefined {
    const levels = this.#changed(environment.deploy_access_levels, params.deploy_access_levels);
    const rules = this.#changed(environment.approval_rules, params.approval_rules, { required_approvals: 1 });
    if (!levels || !rules) return refused(404, '404 Not found');
    if (levels.length === 0) return refused(422, ['Deploy access levels is too short (minimum is 1 character)']);
    environment.deploy_access_levels.splice(0, Number.POSITIVE_INFINITY, ...levels);
    environment.approval_rules.splice(0, Number.POSITIVE_INFINITY, ...rules);
    return undefined;
  }

  /** `undefined` where somebody has removed what is to be changed. */
  #changed<Each extends Level>(found: readonly Each[], changes: unknown, usual: object = {}): Each[] | undefined {
    const all = [...found];
    for (const { _destroy: destroy, ...of } of Array.isArray(changes) ? changes : []) {
      const at = all.findIndex(({ id }) => id === of.id);
      if (at < 0 && of.id !== undefined) return undefined;
      if (at >= 0 && destroy) all.splice(at, 1);
      else if (at >= 0) Object.assign(all[at] ?? {}, of);
      else if (of.group_id === undefined || this.#isShared(of.group_id))
        all.push({ ...this.#level(), ...usual, ...of });
    }
    return all;
  }

  #isShared(group: unknown): boolean {
    return this.#settings.shared.some(({ group_id }) => group_id === group);
  }

  #level(): Level {
    this.#ids += 1;
    return { id: this.#ids, access_level: null, user_id: null, group_id: null, group_inheritance_type: 0 };
  }
}
