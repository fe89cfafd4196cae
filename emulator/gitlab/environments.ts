import { type ApiAnswer, created, done, mistakeIn, type Params, type Route, refused, unusable } from './api.ts';

interface Environment {
  readonly id: number;
  readonly name: string;
  tier: string;
  readonly state: string;
}

const TIERS = ['production', 'staging', 'testing', 'development', 'other'];

/** What GitLab takes the tier for when nobody says it: https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments */
const GUESSES: readonly [RegExp, string][] = [
  [/(dev|review|trunk)/i, 'development'],
  [/(test|tst|int|ac(ce|)pt|qa|qc|control|quality)/i, 'testing'],
  [/(st(a|)g|mod(e|)l|pre|demo|non)/i, 'staging'],
  [/(pr(o|)d|live)/i, 'production'],
];

/** The environments of a project: https://docs.gitlab.com/api/environments/ */
export class Environments {
  readonly all: Environment[] = [];

  readonly routes: readonly Route[] = [
    { method: 'GET', below: /^\/environments$/, level: 20, answer: (_, params) => this.#list(params) },
    { method: 'POST', below: /^\/environments$/, level: 30, answer: (_, params) => this.#create(params) },
    { method: 'PUT', below: /^\/environments\/(\d+)$/, level: 30, answer: ([id], params) => this.#update(id, params) },
  ];

  /** Adds one, as a pipeline makes it. */
  add(name: string, tier = GUESSES.find(([words]) => words.test(name))?.[1] ?? 'other'): Environment {
    const made = { id: 17 + this.all.length, name, tier, state: 'available' };
    this.all.push(made);
    return made;
  }

  #list({ name, search }: Params): ApiAnswer | readonly object[] {
    if (name !== undefined && search !== undefined) return unusable('name, search cannot be used together');
    if (typeof search === 'string' && search.length < 3)
      return refused(400, '400 Bad request - Search query is less than 3 characters');
    return this.all.filter((each) => each.name === (name ?? each.name) && each.name.includes(String(search ?? '')));
  }

  #create(params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { name: 'required' }) ?? mistakeIn(params, { tier: TIERS });
    if (mistake) return mistake;
    const name = String(params.name);
    if (!/^(?!\/)[\w\-/${}. ]{1,255}(?<!\/)$/.test(name))
      return refused(400, {
        name: ["can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces"],
      });
    if (this.all.some((each) => each.name === name)) return refused(400, { name: ['has already been taken'] });
    return created(this.add(name, params.tier === undefined ? undefined : String(params.tier)));
  }

  #update(id = '', params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { tier: TIERS });
    if (mistake) return mistake;
    const found = this.all.find((each) => each.id === Number(id));
    if (!found) return refused(404, '404 Not found');
    if (params.tier !== undefined) found.tier = String(params.tier);
    return done(found);
  }
}
