import { parseArgs } from 'node:util';
import { z } from 'zod';
import { approvalEnvironment } from '../../src/gitlab/job.ts';
import { promotionPath } from '../../src/registry/entries.ts';
import { endpointOf, fileName, type Ref, SURE_LENGTH, type Team } from './team.ts';

/** What `npm run policies` is asked for. */
export interface Request {
  readonly team: Team;
  /** The folder for the files. */
  readonly out: string;
}

const account = z.string().regex(/^\d{12}$/, 'must be an account ID of 12 digits');
const name = z
  .string()
  .regex(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$/, 'must have letters, digits and hyphens, at most 63');
const role = z
  .string()
  .regex(/^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/, 'must be the name of a role, with its path if it has one');
/** `prod=v*`: IAM would take any other sign for a wildcard or a variable of its own, and "*" alone for everything. */
const ref = z
  .string()
  .regex(/^[\w./-]+=[\w./-]+\*?$/, 'must be <environment>=<name>; only the end of the name may be *');

const objects = z
  .string()
  .regex(/^[a-z0-9.-]{3,63}\/[\w./-]*$/, 'must be a bucket and what the keys begin with, like churn-models/runs/');

const options = z.strictObject({
  path: z.string().pipe(promotionPath),
  account,
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, like ap-southeast-1'),
  gitlab: z.string().regex(/^https:\/\/[\w.-]+$/, 'must begin with https:// and end without a slash'),
  project: z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/, 'must be the path of the project, like wog/mlops/resale-price'),
  group: name,
  'registry-account': account.optional(),
  pipeline: z.string().regex(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,255}$/, 'must have letters, digits and hyphens'),
  endpoint: name.regex(/^[a-z0-9-]+$/, 'must be lower case, because the names of models and endpoint configs are'),
  'pipeline-role': role,
  'execution-role': role,
  reports: objects.optional(),
  'labelled-data': objects.optional(),
  predictions: objects.optional(),
  images: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._/-]{1,255}$/, 'must be the name of a repository in ECR, like team/churn')
    .optional(),
  'model-data': objects.optional(),
  autoscaling: z.boolean(),
  vpc: z.boolean(),
  'volume-key': z
    .string()
    .regex(
      /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
      'must be the ARN of a key, like arn:aws:kms:ap-southeast-1:111122223333:key/...',
    )
    .optional(),
  asynchronous: z
    .string()
    .regex(
      /^[a-z0-9.-]{3,63}\/([\w.-]+\/)*$/,
      'must be a bucket and a folder in it, like resale-price-async/ or ml/async/',
    )
    .optional(),
  branch: z.array(ref),
  tag: z.array(ref),
  out: z.string().min(1),
});

type Options = z.output<typeof options>;

/** What the words of a command line ask for, or each mistake in them. */
export function readRequest(words: readonly string[]): Request | { readonly mistakes: readonly string[] } {
  const given = wordsToOptions(words);
  if (typeof given === 'string') return { mistakes: [given] };
  const read = options.safeParse(given);
  if (!read.success) {
    const missing = (path: string) => (given[path] === undefined ? 'is missing' : undefined);
    return {
      mistakes: read.error.issues.map(
        ({ path, message }) => `--${String(path[0])} ${missing(String(path[0])) ?? message}.`,
      ),
    };
  }
  const team = teamOf(read.data);
  const mistakes = mistakesIn(team, read.data);
  return mistakes.length > 0 ? { mistakes } : { team, out: read.data.out };
}

/** The options by name; a sentence where one is not known. */
function wordsToOptions(words: readonly string[]): Record<string, unknown> | string {
  const text = { type: 'string' } as const;
  const several = { ...text, multiple: true, default: [] as string[] };
  const known = Object.fromEntries(Object.keys(options.shape).map((each) => [each, text]));
  const [gitlab, out] = ['https://sgts.gitlab-dedicated.com', 'policies'];
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        ...known,
        gitlab: { ...text, default: gitlab },
        out: { ...text, default: out },
        autoscaling: { type: 'boolean', default: false },
        vpc: { type: 'boolean', default: false },
        branch: several,
        tag: several,
      },
    });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function teamOf(given: Options): Team {
  const [first = '', ...later] = given.path;
  const arn = (role: string) => `arn:aws:iam::${given.account}:role/${role}`;
  const { region, account, gitlab, project, group, pipeline, endpoint, 'registry-account': registryAccount } = given;
  return {
    ...{ region, account, gitlab, project, group, pipeline, endpoint },
    ...(registryAccount !== undefined && { registryAccount }),
    environments: [first, ...later],
    refs: Object.fromEntries(refsOf(given)),
    pipelineRole: arn(given['pipeline-role']),
    executionRole: arn(given['execution-role']),
    ...(given.reports !== undefined && { reports: given.reports }),
    ...(given['labelled-data'] !== undefined && { labelledData: given['labelled-data'] }),
    ...(given.predictions !== undefined && { predictions: given.predictions }),
    ...(given.images !== undefined && { images: given.images }),
    ...(given['model-data'] !== undefined && { modelData: given['model-data'] }),
    ...(given.autoscaling && { autoscaling: true }),
    ...(given.vpc && { vpc: true }),
    ...(given['volume-key'] !== undefined && { volumeKey: given['volume-key'] }),
    ...(given.asynchronous !== undefined && { asynchronous: given.asynchronous }),
  };
}

function refsOf({ branch, tag }: Options): [string, Ref][] {
  const read = (type: Ref['type'], entry: string): [string, Ref] => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), { type, name: entry.slice(at + 1) }];
  };
  return [...branch.map((entry) => read('branch', entry)), ...tag.map((entry) => read('tag', entry))];
}

/** What each option alone does not show. */
function mistakesIn(team: Team, given: Options): string[] {
  const { environments } = team;
  const served = refsOf(given).map(([environment]) => environment);
  const unknown = served.filter((environment) => !environments.includes(environment));
  const endpoints = environments.map((environment) => endpointOf(team, environment));
  return [
    ...unknown.map((environment) => `--branch or --tag names ${environment}, which is not in --path.`),
    ...repeated(served).map((environment) => `--branch and --tag name ${environment} more than once.`),
    // IAM takes names that differ in case for one.
    ...repeated(placesOf(environments).map((place) => fileName(place).toLowerCase())).map(
      (file) => `Two environments would share the name ${file} of their files or roles.`,
    ),
    ...endpoints
      .filter((each) => endpoints.some((other) => other.startsWith(`${each}-`)))
      .map((each) => `The names of models begin with ${each}- for two environments: give one another name.`),
    ...endpoints.filter((each) => each.length > 63).map((each) => `The endpoint ${each} has more than 63 characters.`),
    ...repeated(endpoints.map((each) => each.slice(0, SURE_LENGTH))).map(
      (each) =>
        `Two endpoints begin with ${each}. The names of their models may have no more of it: shorten --endpoint.`,
    ),
  ];
}

/** The environments of GitLab that have a role: each, and that of its approvals. */
function placesOf(environments: readonly string[]): string[] {
  return environments.flatMap((each) => [each, approvalEnvironment(each)]);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((each, at) => names.indexOf(each) !== at))];
}
