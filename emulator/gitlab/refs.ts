import {
  type ApiAnswer,
  created,
  done,
  mistakeIn,
  notFound,
  type Params,
  type Route,
  refused,
  unusable,
} from './api.ts';

/** Who may do something on a protected branch or tag: a role, a person, a group or a deploy key. */
export interface AccessLevel {
  readonly id: number;
  access_level: number | null;
  readonly user_id: number | null;
  readonly group_id: number | null;
  readonly deploy_key_id?: number;
}

interface ProtectedBranch {
  readonly id: number;
  readonly name: string;
  readonly push_access_levels: AccessLevel[];
  readonly merge_access_levels: AccessLevel[];
  allow_force_push: boolean;
  /** A group's setting, which its projects cannot change. */
  readonly inherited?: boolean;
}

interface ProtectedTag {
  readonly name: string;
  readonly create_access_levels: readonly AccessLevel[];
}

const LEVELS = [0, 30, 40, 60];

/** The branches of a project, and which refs are protected: https://docs.gitlab.com/api/protected_branches/ and protected_tags */
export class Refs {
  readonly branches = new Set(['main']);
  readonly protectedBranches: ProtectedBranch[] = [];
  readonly protectedTags: ProtectedTag[] = [];
  #ids = 1000;

  /** Only where a licence has them may levels of a protected branch be changed one by one. */
  licensed = true;

  constructor() {
    // GitLab protects the default branch of a new project by itself.
    this.protect('main');
  }

  readonly routes: readonly Route[] = [
    { method: 'GET', below: /^\/repository\/branches\/([^/]+)$/, level: 20, answer: ([name]) => this.#branch(name) },
    { method: 'POST', below: /^\/repository\/branches$/, level: 30, answer: (_, params) => this.#create(params) },
    { method: 'GET', below: /^\/protected_branches$/, level: 30, answer: () => this.protectedBranches },
    { method: 'POST', below: /^\/protected_branches$/, level: 40, answer: (_, params) => this.#protectBranch(params) },
    {
      method: 'PATCH',
      below: /^\/protected_branches\/([^/]+)$/,
      level: 40,
      answer: ([name], params) => this.#update(name, params),
    },
    {
      method: 'DELETE',
      below: /^\/protected_branches\/([^/]+)$/,
      level: 40,
      answer: ([name]) => this.#unprotect(name),
    },
    { method: 'GET', below: /^\/protected_tags$/, level: 30, answer: () => this.protectedTags },
    { method: 'POST', below: /^\/protected_tags$/, level: 40, answer: (_, params) => this.#protectTag(params) },
  ];

  /** Protects branches of a name, as somebody did by hand. */
  protect(
    name: string,
    { push = 40, merge = 40, ...more }: Partial<ProtectedBranch & { push: number; merge: number }> = {},
  ) {
    const rule = {
      id: this.#id(),
      name,
      push_access_levels: [this.level({ access_level: push })],
      merge_access_levels: [this.level({ access_level: merge })],
      allow_force_push: false,
      ...more,
    };
    this.protectedBranches.push(rule);
    return rule;
  }

  /** An access level, with a number of its own. */
  level(of: Partial<AccessLevel>): AccessLevel {
    return { access_level: null, user_id: null, group_id: null, ...of, id: this.#id() };
  }

  #id(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #branch(name = ''): ApiAnswer {
    return this.branches.has(name) ? done({ name, protected: this.#isProtected(name) }) : notFound('Branch');
  }

  #isProtected(name: string): boolean {
    return this.protectedBranches.some((rule) => rule.name === name);
  }

  #create(params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { branch: 'required', ref: 'required' });
    if (mistake) return mistake;
    const [branch, ref] = [String(params.branch), String(params.ref)];
    if (this.branches.has(branch)) return refused(400, 'Branch already exists');
    if (!this.branches.has(ref)) return refused(400, `Invalid reference name: ${ref}`);
    this.branches.add(branch);
    return created({ name: branch, protected: this.#isProtected(branch) });
  }

  #protectBranch(params: Params): ApiAnswer {
    const mistake =
      mistakeIn(params, { name: 'required' }) ??
      mistakeIn(params, { push_access_level: LEVELS, merge_access_level: LEVELS });
    if (mistake) return mistake;
    const name = String(params.name);
    if (this.#isProtected(name)) return refused(409, `Protected branch '${name}' already exists`);
    const [push, merge] = [Number(params.push_access_level ?? 40), Number(params.merge_access_level ?? 40)];
    return created(this.protect(name, { push, merge, allow_force_push: String(params.allow_force_push) === 'true' }));
  }

  #update(name = '', params: Params): ApiAnswer {
    const rule = this.protectedBranches.find((each) => each.name === name);
    if (!rule) return refused(404, '404 Not found');
    if (rule.inherited) return refused(403, '403 Forbidden');
    if (params.allow_force_push !== undefined) rule.allow_force_push = String(params.allow_force_push) === 'true';
    // Without a licence, GitLab passes over what only that has.
    if (!this.licensed) return done(rule);
    return (
      this.#changeLevels(rule.push_access_levels, params.allowed_to_push) ??
      this.#changeLevels(rule.merge_access_levels, params.allowed_to_merge) ??
      done(rule)
    );
  }

  #unprotect(name = ''): ApiAnswer {
    const at = this.protectedBranches.findIndex((each) => each.name === name);
    if (at < 0) return refused(404, '404 Not found');
    if (this.protectedBranches[at]?.inherited) return refused(403, '403 Forbidden');
    this.protectedBranches.splice(at, 1);
    return { status: 204, body: '' };
  }

  /** Adds levels, changes those with a number, and removes those that are to be destroyed. */
  #changeLevels(levels: AccessLevel[], changes: unknown): ApiAnswer | undefined {
    if (changes === undefined) return undefined;
    if (!Array.isArray(changes)) return unusable('allowed_to_push is invalid');
    for (const { id, _destroy: destroy, ...of } of changes) {
      const found = levels.find((each) => each.id === id);
      if (id !== undefined && !found) return refused(404, '404 Not found');
      if (found && destroy) levels.splice(levels.indexOf(found), 1);
      else if (found) Object.assign(found, of);
      else if (of.access_level !== undefined && levels.some((each) => each.access_level === of.access_level))
        return refused(422, ['Push access levels access level has already been taken']);
      else levels.push(this.level(of));
    }
    return undefined;
  }

  #protectTag(params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { name: 'required' }) ?? mistakeIn(params, { create_access_level: LEVELS });
    if (mistake) return mistake;
    const name = String(params.name);
    if (this.protectedTags.some((each) => each.name === name))
      return refused(409, `Protected tag '${name}' already exists`);
    const made = {
      name,
      create_access_levels: [this.level({ access_level: Number(params.create_access_level ?? 40) })],
    };
    this.protectedTags.push(made);
    return created(made);
  }
}
