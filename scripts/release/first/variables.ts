import { z } from 'zod';
import type { Answers } from './answers.ts';
import { type Finding, notSeen, ok, toDo } from './finding.ts';

/** The variables of a project, as GitLab's API lists them. */
export const variablesSchema = z.array(
  z.object({
    key: z.string(),
    value: z.nullish(z.string()),
    variable_type: z.string(),
    protected: z.boolean(),
    masked: z.boolean(),
    environment_scope: z.optional(z.string()),
  }),
);

type Variables = z.output<typeof variablesSchema>;

/** One variable of a release, and what has to hold of it. */
interface Wanted {
  readonly key: string;
  readonly protected: boolean;
  readonly masked?: boolean;
  /** What is wrong with its value, in words that do not tell it. */
  readonly wrong?: (value: string, type: string) => string | undefined;
}

function wanted({ pull, publish, npm, key }: Answers): Wanted[] {
  const logins = (value: string) => loginsMissing(value, [pull, publish]);
  const keyWrong = (value: string, type: string) => {
    if (key === 'file') return type === 'file' ? undefined : 'is no variable of type file';
    return value === key ? undefined : `is not ${key}`;
  };
  return [
    { key: 'DOCKER_AUTH_CONFIG', protected: false, wrong: logins },
    { key: 'RELEASE_AUTH_CONFIG', protected: true, wrong: logins },
    { key: 'COSIGN_KEY', protected: true, wrong: keyWrong },
    ...(key === 'file' ? [{ key: 'COSIGN_PASSWORD', protected: true, masked: true }] : []),
    { key: 'NPM_CONFIG_REGISTRY', protected: false, wrong: (value) => (value === npm ? undefined : `is not ${npm}`) },
  ];
}

/** Whether the project has each variable of a release, as it has to be. No value is shown. */
export function lookAtVariables(found: Variables, answers: Answers): Finding[] {
  return wanted(answers).map((each) => {
    const next = 'set it in Settings > CI/CD > Variables, as written below.';
    const variable = found.find(({ key }) => key === each.key);
    if (!variable)
      return toDo(
        each.key,
        `There is no variable ${each.key} in the project, or in a group that the token may look into.`,
        next,
      );
    const wrongs = wrongsOf(each, variable);
    if (wrongs.length > 0) return toDo(each.key, `${each.key} ${wrongs.join(', and ')}.`, next);
    if (each.wrong && !variable.value)
      return notSeen(
        each.key,
        `${each.key} is set, and GitLab hides its value.`,
        'watch the dry-run jobs that use it.',
      );
    return ok(each.key, `${each.key} is set.`);
  });
}

function wrongsOf(
  wantedOne: Wanted,
  { value, variable_type: type, protected: isProtected, masked, environment_scope: scope }: Variables[number],
): string[] {
  const wrong = value ? wantedOne.wrong?.(value, type) : undefined;
  return [
    ...(wantedOne.protected && !isProtected ? ['is not protected, so that every branch sees it'] : []),
    ...(!wantedOne.protected && isProtected ? ['is protected, so that merge requests do not see it'] : []),
    ...(wantedOne.masked && !masked ? ['is not masked'] : []),
    ...(scope !== undefined && scope !== '*' ? [`is only for the environment ${scope}`] : []),
    ...(wrong === undefined ? [] : [wrong]),
  ];
}

const configSchema = z.object({
  auths: z.optional(z.record(z.string(), z.unknown())),
  credHelpers: z.optional(z.record(z.string(), z.unknown())),
});

function loginsMissing(value: string, registries: readonly string[]): string | undefined {
  const parsed = z
    .string()
    .transform((text) => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    })
    .pipe(configSchema)
    .safeParse(value);
  if (!parsed.success) return 'is no text of a config.json';
  const known = Object.keys({ ...parsed.data.auths, ...parsed.data.credHelpers });
  const hosts = [...new Set(registries.map((each) => each.split('/')[0] ?? each))];
  const missing = hosts.filter((host) => !known.includes(host) && !known.includes(`https://${host}`));
  return missing.length > 0 ? `has no login for ${missing.join(' and ')}` : undefined;
}
