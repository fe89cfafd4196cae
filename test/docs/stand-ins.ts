import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** A program as a shell called it, its name first. */
export type Invocation = readonly [program: string, ...words: string[]];

/** Runs a script with the shell, but for its programs, which only tell how they were called. */
export function invocationsIn(script: string, env: Readonly<Record<string, string>> = {}): Invocation[] {
  const standIns = ['aws', 'curl', 'docker'].map(
    (name) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; }`,
  );
  // With nothing on PATH, a program without a stand-in is an error.
  const whole = ['set -eu', 'PATH=/nonexistent', ...standIns, script].join('\n');
  const told = execFileSync('bash', ['-c', whole], { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
  const calls = told.split('\n\0').filter(Boolean);
  return calls.map((call) => {
    const [program = '', ...words] = call.split('\0').slice(0, -1);
    return [program, ...words];
  });
}

/** The options of an `aws` call, by name; every one of them takes a value. */
export function awsOptions(words: readonly string[]): Record<string, string> {
  const pairs = Array.from({ length: words.length / 2 }, (_, index) => words.slice(2 * index, 2 * index + 2));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name.replace(/^--/, ''), value]));
}

const level = z.enum(['0', '30', '40', '60']);
const text = z.string().min(1);
const processMode = z.enum(['unordered', 'oldest_first', 'newest_first', 'newest_ready_first']);

/** The calls of GitLab's API that setting up takes, as docs.gitlab.com/api describes them. */
const CALLS: Readonly<Record<string, z.ZodType>> = {
  'PUT ': z.union([
    z.strictObject({
      ci_pipeline_variables_minimum_override_role: z.enum(['no_one_allowed', 'developer', 'maintainer', 'owner']),
    }),
    z.strictObject({ resource_group_default_process_mode: processMode }),
  ]),
  'POST /environments': z.strictObject({
    name: text,
    tier: z.enum(['production', 'staging', 'testing', 'development', 'other']),
  }),
  'GET /environments': z.strictObject({ name: text }),
  'PUT /environments/:id': z.strictObject({
    tier: z.enum(['production', 'staging', 'testing', 'development', 'other']),
  }),
  'POST /variables': z.strictObject({
    key: z.string().regex(/^\w{1,255}$/),
    value: text,
    environment_scope: text.default('*'),
    protected: z.optional(z.literal('true')),
  }),
  'POST /repository/branches': z.strictObject({ branch: text, ref: text }),
  'DELETE /protected_branches/:key': z.strictObject({}),
  'POST /protected_branches': z.strictObject({
    name: text,
    push_access_level: level,
    merge_access_level: level,
    allow_force_push: z.enum(['true', 'false']),
  }),
  'POST /protected_environments': z.strictObject({
    name: text,
    deploy_access_levels: z.array(z.strictObject({ group_id: z.int() })).min(1),
    approval_rules: z
      .array(z.strictObject({ group_id: z.int(), required_approvals: z.int().min(1) }))
      .min(1)
      .optional(),
  }),
  'POST /share': z.strictObject({ group_id: text, group_access: z.enum(['10', '20', '30', '40']) }),
  'PUT /resource_groups/:key': z.strictObject({
    process_mode: processMode,
  }),
};

export interface GitLabCall {
  readonly call: string;
  /** What stands in the address for `:id` or `:key`. */
  readonly about: string | undefined;
  readonly given: Readonly<Record<string, unknown>>;
}

/** What GitLab would be asked by a `curl` call; refused when its API has no such call, or the call has other attributes. */
export function gitlabCall(words: readonly string[], project: string): GitLabCall {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      'fail-with-body': { type: 'boolean' },
      request: { type: 'string', default: 'GET' },
      header: { type: 'string', multiple: true, default: [] },
      data: { type: 'string', multiple: true, default: [] },
    },
  });
  const url = new URL(z.tuple([z.string()]).parse(positionals)[0]);
  const address = `${url.origin}${url.pathname}`;
  if (!values['fail-with-body'])
    throw new Error(`curl without --fail-with-body hides a refusal, or the reason for it: ${words.join(' ')}`);
  if (!values.header.some((header) => /^PRIVATE-TOKEN: \S/.test(header)))
    throw new Error(`no token: ${words.join(' ')}`);
  if (!address.startsWith(project)) throw new Error(`${address} is not in ${project}.`);

  const rest = address.slice(project.length);
  const [, path = '', about] = /^(\/(?:environments|protected_branches|resource_groups))\/([^/]+)$/.exec(rest) ?? [
    '',
    rest,
  ];
  const call = `${values.request} ${path}${about === undefined ? '' : path === '/environments' ? '/:id' : '/:key'}`;
  const shape = CALLS[call];
  if (!shape) throw new Error(`GitLab's API has no ${call}.`);
  const isJson = values.header.includes('Content-Type: application/json');
  const form = new URLSearchParams(`${url.search.slice(1)}&${values.data.join('&')}`);
  const given = shape.parse(isJson ? JSON.parse(values.data.join('')) : Object.fromEntries(form));
  return { call, about: about && decodeURIComponent(about), given: z.record(z.string(), z.unknown()).parse(given) };
}
