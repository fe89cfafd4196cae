import type { Compared, Difference } from './difference.ts';
import type { Found, FoundVariable } from './found.ts';
import type { Asked, Place } from './places.ts';
import { covers } from './scope.ts';

const PAGE = 'Settings > CI/CD > Variables';

/** A variable that the jobs in some GitLab environments must see. */
interface WantedVariable {
  readonly key: string;
  /** `*`, or the name of one GitLab environment: GitLab prefers that to every wildcard. */
  readonly scope: string;
  readonly value: string;
  /** Only jobs on protected branches and tags see it. */
  readonly protected: boolean;
  readonly needs?: readonly string[];
}

/** The variables of a project beside those that `setup.yml` asks for: what a job sees counts, whatever scope it comes from. */
export function compareVariables(asked: Asked, { variables }: Pick<Found, 'variables'>): Compared {
  const { places } = asked;
  const all = wantedOf(asked).map((wanted) => compared(wanted, variables, places));
  return {
    differences: all.flatMap(({ differences }) => differences),
    leftAlone: all.flatMap(({ leftAlone = [] }) => leftAlone),
  };
}

/** The region for every job, as the account where there is one; else the account, and the role, for each GitLab environment. */
function wantedOf({ environments, places }: Asked): WantedVariable[] {
  const accounts = new Set(environments.map(({ account }) => account));
  const [{ region, account } = { region: '', account: '' }] = environments;
  return [
    { key: 'AWS_REGION', scope: '*', value: region, protected: false },
    ...(accounts.size === 1
      ? [{ key: 'AWS_ACCOUNT_ID', scope: '*', value: account, protected: true }]
      : places.map(({ name, environment }) => ofPlace('AWS_ACCOUNT_ID', name, environment.account))),
    ...places.flatMap(({ name, role, needs }) =>
      role === undefined ? [] : [{ ...ofPlace('AWS_ROLE_ARN', name, role), needs }],
    ),
  ];
}

function ofPlace(key: string, scope: string, value: string): WantedVariable {
  return { key, scope, value, protected: true };
}

function compared(wanted: WantedVariable, variables: readonly FoundVariable[], places: readonly Place[]): Compared {
  const ofKey = variables.filter(({ key }) => key === wanted.key);
  const same = ofKey.find(({ environment_scope: scope }) => scope === wanted.scope);
  if (same) return both(changed(wanted, same), hiding(wanted, ofKey, places));
  // A job without an environment sees nothing but what stands for all: only what is not protected is for such a job.
  const seenBy = wanted.scope !== '*' ? [wanted.scope] : wanted.protected ? places.map(({ name }) => name) : ['*'];
  const seen = new Set(seenBy.map((name) => rightIn(name, wanted, ofKey)));
  const says = [...seen].flatMap((each) => (each ? [nameOf({ key: each.key, scope: each.environment_scope })] : []));
  if (!seen.has(undefined))
    return { differences: [], leftAlone: [`${nameOf(wanted)}: ${says.join(', ')} says the same`] };
  return both([missing(wanted)], hiding(wanted, ofKey, places));
}

const both = (...all: readonly Difference[][]): Compared => ({ differences: all.flat() });

function isRight(wanted: WantedVariable, found: FoundVariable): boolean {
  const isText = (found.variable_type ?? 'env_var') === 'env_var';
  return isText && found.value === wanted.value && (found.protected || !wanted.protected);
}

function missing({ key, scope, value, protected: isProtected, needs = [] }: WantedVariable): Difference {
  return {
    page: PAGE,
    ...named({ key, scope }),
    found: 'is missing',
    wanted: value,
    changes: [
      { method: 'POST', path: '/variables', body: { key, value, environment_scope: scope, protected: isProtected } },
    ],
    needs,
  };
}

function changed(wanted: WantedVariable, found: FoundVariable): Difference[] {
  if (isRight(wanted, found)) return [];
  const { key, scope, value, needs = [] } = wanted;
  if (found.value == null) {
    const next = 'nobody can read it: delete it on that page, and run this command again';
    return [
      { page: PAGE, ...named(wanted), found: 'has a value that is hidden', wanted: value, changes: [], next, needs },
    ];
  }
  const isProtected = wanted.protected || found.protected;
  const body = { value, protected: isProtected, variable_type: 'env_var', environment_scope: scope };
  return [
    {
      page: PAGE,
      ...named(wanted),
      ...flawOf(wanted, found),
      changes: [
        {
          method: 'PUT',
          path: `/variables/${key}?filter%5Benvironment_scope%5D=${encodeURIComponent(scope)}`,
          body,
        },
      ],
      needs,
    },
  ];
}

/** A value that is masked or hidden is nobody's to read. */
function flawOf(wanted: WantedVariable, found: FoundVariable): Pick<Difference, 'found' | 'wanted'> {
  if (found.variable_type === 'file') return { found: 'is a file', wanted: `the value ${wanted.value}` };
  if (found.value !== wanted.value) {
    return { found: found.masked ? 'has another value, which is masked' : `is ${found.value}`, wanted: wanted.value };
  }
  return { found: 'is seen by jobs on every branch', wanted: 'protected' };
}

/** What jobs see instead of a variable that all of them should see. */
function hiding(wanted: WantedVariable, ofKey: readonly FoundVariable[], places: readonly Place[]): Difference[] {
  if (wanted.scope !== '*') return [];
  return places.flatMap(({ name }) => {
    const seen = seenIn(name, ofKey);
    if (seen.every((each) => each.environment_scope === '*' || isRight(wanted, each))) return [];
    const own = { ...wanted, scope: name };
    const exact = seen.find(({ environment_scope: scope }) => scope === name);
    return exact ? changed(own, exact) : [missing(own)];
  });
}

/** What a job in a GitLab environment may see: GitLab takes the exact scope, then any wildcard, then `*`. */
function seenIn(environment: string, ofKey: readonly FoundVariable[]): readonly FoundVariable[] {
  const exact = ofKey.filter(({ environment_scope: scope }) => scope === environment);
  if (exact.length > 0) return exact;
  const wild = ofKey.filter(({ environment_scope: scope }) => scope !== '*' && covers(scope, environment));
  return wild.length > 0 ? wild : ofKey.filter(({ environment_scope: scope }) => scope === '*');
}

/** The one variable of the right value that a job in a GitLab environment sees; none where several may be meant. */
function rightIn(
  environment: string,
  wanted: WantedVariable,
  ofKey: readonly FoundVariable[],
): FoundVariable | undefined {
  const [seen, ...rivals] = seenIn(environment, ofKey);
  return seen && rivals.length === 0 && isRight(wanted, seen) ? seen : undefined;
}

function named(of: Pick<WantedVariable, 'key' | 'scope'>): Pick<Difference, 'name' | 'title'> {
  return { name: nameOf(of), title: nameOf(of) };
}

/** As GitLab's page names it. */
function nameOf({ key, scope }: Pick<WantedVariable, 'key' | 'scope'>): string {
  return `${key} (${scope === '*' ? 'All environments' : scope})`;
}
