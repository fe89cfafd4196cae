import { type ApiAnswer, created, done, mistakeIn, notFound, type Params, type Route, refused } from './api.ts';

/** A CI/CD variable of a project. */
export interface Variable {
  key: string;
  /** Nobody reads one that is hidden. */
  value: string | null;
  variable_type: string;
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  environment_scope: string;
}

const BAD_SCOPE =
  "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";
const SEVERAL = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'";

/** The CI/CD variables of a project: https://docs.gitlab.com/api/project_level_variables/ */
export class Variables {
  readonly all: Variable[] = [];

  readonly routes: readonly Route[] = [
    { method: 'GET', below: /^\/variables$/, level: 40, answer: () => this.all },
    { method: 'POST', below: /^\/variables$/, level: 40, answer: (_, params) => this.#create(params) },
    { method: 'PUT', below: /^\/variables\/([^/]+)$/, level: 40, answer: ([key], params) => this.#update(key, params) },
    {
      method: 'DELETE',
      below: /^\/variables\/([^/]+)$/,
      level: 40,
      answer: ([key], params) => this.#delete(key, params),
    },
  ];

  /** Adds one, as somebody did by hand. */
  set(key: string, value: string | null, more: Partial<Variable> = {}): void {
    this.all.push({ ...USUAL, key, value, ...more });
  }

  /** The one of a key and scope. */
  named(key: string, scope: string): Variable {
    const found = this.all.find((each) => each.key === key && each.environment_scope === scope);
    if (!found) throw new Error(`There is no variable ${key} for ${scope}.`);
    return found;
  }

  #create(params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { key: 'required', value: 'required' });
    if (mistake) return mistake;
    return this.#saved({ ...USUAL, ...wordsOf(params) }, (made) => {
      this.all.push(made);
      return created(made);
    });
  }

  #update(key = '', params: Params): ApiAnswer {
    const found = this.#one(key, params);
    if ('status' in found) return found;
    return this.#saved({ ...found, ...wordsOf(params), key }, (changed) => done(Object.assign(found, changed)), found);
  }

  #delete(key = '', params: Params): ApiAnswer {
    const found = this.#one(key, params);
    if ('status' in found) return found;
    this.all.splice(this.all.indexOf(found), 1);
    return { status: 204, body: '' };
  }

  #one(key: string, params: Params): Variable | ApiAnswer {
    const scope = params['filter[environment_scope]'] ?? Object(params.filter).environment_scope;
    const named = this.all.filter(
      (each) => each.key === key && (scope ?? each.environment_scope) === each.environment_scope,
    );
    const [first, second] = named;
    if (!first) return notFound('Variable');
    return second ? refused(409, SEVERAL) : first;
  }

  #saved(variable: Variable, save: (variable: Variable) => ApiAnswer, before?: Variable): ApiAnswer {
    if (!/^\w{1,255}$/.test(variable.key)) return refused(400, { key: ["can contain only letters, digits and '_'."] });
    if (!/^(?!\/)[\w\-/${}. *]{1,255}(?<!\/)$/.test(variable.environment_scope))
      return refused(400, { environment_scope: [BAD_SCOPE] });
    const taken = this.all.some(
      (each) => each !== before && each.key === variable.key && each.environment_scope === variable.environment_scope,
    );
    if (taken) return refused(400, { key: [`(${variable.key}) has already been taken`] });
    return save(variable);
  }
}

const USUAL: Variable = {
  key: '',
  value: '',
  variable_type: 'env_var',
  protected: false,
  masked: false,
  hidden: false,
  raw: false,
  environment_scope: '*',
};

/** What a request says of a variable; as forms have it, too. */
function wordsOf(params: Params): Partial<Variable> {
  const said = Object.entries(params).filter(([name, value]) => name in USUAL && value !== undefined);
  return Object.fromEntries(
    said.map(([name, value]) => [name, typeof Object(USUAL)[name] === 'boolean' ? String(value) === 'true' : value]),
  );
}
