import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { variableFor } from '../../src/gitlab/inputs.ts';
import { programNamed, programs } from '../catalog/programs.ts';
import { recordPath } from '../components/handover.ts';
import { holdings, told } from '../interruption/holdings.ts';
import { arnOf } from '../registry/package.ts';
import { type Chain, chainBefore, changesIn, entryOf, example, JOB, type Name, PIPELINE, write } from './chain.ts';
import { ASKED, COMPONENTS, ELSEWHERE, IGNORED, PREDEFINED, REFUSED, WITHOUT_EFFECT } from './variables.ts';

const folder = join(import.meta.dirname, '../../src');
const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(folder, path), 'utf8'))
  .join('\n');

/** Ended otherwise than well, with a next step, and changed nothing. */
const REFUSAL = { refused: true, next: true, changes: [] };

const outcomeOf = (job: Awaited<ReturnType<Chain['run']>>) => ({
  refused: job.exit !== 0,
  next: /\nNext: .+$/.test(job.log),
  changes: changesIn(job),
});

describe.each(COMPONENTS)('%s', (name, environment) => {
  it('refuses every forged input that leads elsewhere, and then answers as if nothing had been', async () => {
    const chain = await chainBefore(name, environment);
    const before = holdings(chain.emulator);
    for (const [input, values] of Object.entries(REFUSED[name] ?? {})) {
      for (const value of values) {
        const job = await chain.run(name, { env: { [variableFor(input)]: value } });
        expect.soft({ input, value, ...outcomeOf(job) }, job.log).toEqual({ input, value, ...REFUSAL });
      }
    }
    expect(holdings(chain.emulator)).toEqual(before);
    expect(await answerOf(chain, name)).toEqual(await answerOf(await chainBefore(name, environment), name));
  });

  it('refuses every variable that contradicts its token, and every token but its own', async () => {
    const chain = await chainBefore(name, environment);
    const { emulator } = chain;
    const other = { pipeline_id: '190', ref: environment, environment };
    const tokens = {
      'of another branch': emulator.mintToken({
        ref: 'main',
        sub: 'project_path:wog/mlops/resale-price:ref_type:branch:ref:main',
      }),
      'of another pipeline': emulator.mintToken(other),
      'of another project': emulator.mintToken({
        ...other,
        project_path: 'wog/other',
        sub: `project_path:wog/other:ref_type:branch:ref:${environment}`,
      }),
      missing: '',
    };
    const forged = [
      ...Object.entries(PREDEFINED),
      ...Object.values(tokens).map((token) => ['AWS_OIDC_TOKEN', token] as const),
    ];
    const before = holdings(emulator);
    for (const [variable, value] of forged) {
      const job = await chain.run(name, { env: { [variable]: value } });
      expect.soft({ variable, ...outcomeOf(job) }, job.log).toEqual({ variable, ...REFUSAL });
      expect.soft(job.calls, variable).toEqual([]);
    }
    expect(holdings(emulator)).toEqual(before);
  });

  it('answers the same whatever dotenv variables, variables named like safetyInputs, and names for show say', async () => {
    const chain = await chainBefore(name, environment);
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = chain.emulator.env;
    const ambient = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    for (const [variable, value] of Object.entries(ambient)) vi.stubEnv(variable, value);
    const quiet = Object.entries(WITHOUT_EFFECT[name] ?? {}).map(([input, value]) => [variableFor(input), value]);
    const forged = await answerOf(chain, name, { ...ignoredBy(name), ...Object.fromEntries(quiet) });
    const callers = chain.emulator.calls.filter(({ service }) => service !== 'sts').map(({ principal }) => principal);
    expect(callers.filter((each) => !each.includes(':assumed-role/resale-price-'))).toEqual([]);
    expect(forged).toEqual(await answerOf(await chainBefore(name, environment), name));
  });

  it.each(Object.entries(ASKED[name] ?? {}))(
    'with another %s (%s) takes no other version to no other place in no other name',
    async (input, value) => {
      const chain = await chainBefore(name, environment);
      cpSync(join(chain.root, 'pipeline.json'), join(chain.root, 'other.json'));
      const [entries, elsewhere] = [entriesOf(chain), served(chain, 'dev')];
      const job = await chain.run(name, { env: { [variableFor(input)]: value } });

      expect(job.log).not.toContain('Unexpected error in AWS or in this component');
      expect(served(chain, 'dev')).toBe(elsewhere);
      expect([undefined, arnOf(1), arnOf(2)]).toContain(served(chain, 'uat'));
      const written = entriesOf(chain).filter((entry) => !entries.includes(entry));
      const ours = new RegExp(
        `^((1 built|2 (validated|approved|withdrawn)\\.uat): (by=nurul\\.aisyah )?(user_id=\\d+ )?pipeline=${PIPELINE}|2 load\\.uat: verdict=\\w+ n=\\d+ data=\\w+ report=\\w+ pipeline=${PIPELINE}|2 validated\\.uat\\.asked:) job=${JOB} `,
      );
      for (const entry of written) expect(entry).toMatch(ours);
    },
  );
});

/** What is judged of a load that is over is judged at once, where the endpoint is live. */
const waiting = COMPONENTS.filter(
  ([name]) => 'max_wait_time' in programNamed(name).inputs.shape && name !== 'load-test-workers',
);

describe.each(waiting)('%s', (name, environment) => {
  it('ends early when somebody says that its time is over, and run again it ends as if nobody had', async () => {
    const chain = await chainBefore(name, environment);
    const over = { CI_JOB_STARTED_AT: '2020-01-01T00:00:00Z', CI_JOB_TIMEOUT: '60' };
    expect((await chain.run(name, { env: over })).exit).toBe(124);
    expect(await answerOf(chain, name)).toEqual(await answerOf(await chainBefore(name, environment), name));
  });
});

it.each([
  ['deploy-pipeline', 'dev', 'definition_file'],
  ['validate-endpoint', 'uat', 'payload_file'],
] as const)(
  '%s reads no file outside the project, the variables of its own process least of all',
  async (name, environment, input) => {
    const chain = await chainBefore(name, environment);
    for (const file of ['/proc/self/environ', '../elsewhere.json', 'a/../../elsewhere.json', '..']) {
      const job = await chain.run(name, { inputs: { [input]: file } });
      expect(job).toMatchObject({ exit: 64, calls: [] });
      expect(job.log).toContain(`received "${file}"; it is outside the project.`);
    }
  },
);

describe('an artifact of an earlier job, in the place of a file that decides', () => {
  const committed = Object.fromEntries(
    ['pipeline.json', 'payload.json'].map((file) => [file, readFileSync(join(example, file))]),
  );

  it.each(['{ "instances": [] }', 'not JSON', ''])(
    'is no payload: the model is asked what the commit has (%j)',
    async (forged) => {
      const answers = [];
      for (const lies of [true, false]) {
        const chain = await chainBefore('validate-endpoint');
        if (lies) writeFileSync(join(chain.root, 'payload.json'), forged);
        const job = await chain.run('validate-endpoint', { committed });
        const asked = job.received.find(({ operation }) => operation === 'InvokeEndpoint')?.input;
        expect(job).toMatchObject({ exit: 0, record: { outcome: 'validated' } });
        answers.push({ told: told(job), holds: holdings(chain.emulator), asked });
      }
      expect(answers[0]).toEqual(answers[1]);
    },
  );

  it('is no definition where the commit has one: nothing is trained', async () => {
    const chain = await chainBefore('deploy-pipeline', 'dev');
    const definition = readFileSync(join(chain.root, 'pipeline.json'), 'utf8');
    writeFileSync(join(chain.root, 'pipeline.json'), definition.replace('ml.m5', 'ml.p5'));
    const job = await chain.run('deploy-pipeline', { committed });
    expect(job).toMatchObject({ exit: 1, calls: [] });
    expect(job.log).toContain('SMC-1013');
  });

  it('is the definition where the commit has none, as that of render-pipeline, and the log says so', async () => {
    const chain = await chainBefore('deploy-pipeline', 'dev');
    const job = await chain.run('deploy-pipeline', { committed: {} });
    expect(job.exit).toBe(0);
    expect(job.log).toContain('pipeline.json is not in the commit: it is what an earlier job of this pipeline wrote.');
  });
});

describe('whether a person pressed', () => {
  it('is not believed to be so when GitLab does not say it', async () => {
    for (const name of ['approve-model', 'reject-model', 'rollback-endpoint'] as const) {
      const chain = await chainBefore(name);
      expect(outcomeOf(await chain.run(name, { manual: false }))).toEqual(REFUSAL);
    }
  });

  it('is no claim of the token: a variable can say it, and then the approval is that of whom the token names', async () => {
    const chain = await chainBefore('approve-model');
    const job = await chain.run('approve-model', {
      manual: false,
      env: { CI_JOB_MANUAL: 'true', GITLAB_USER_LOGIN: 'mallory' },
    });
    expect(job.exit).toBe(0);
    expect(entriesOf(chain).filter((entry) => entry.includes('approved.uat') && entry.includes(PIPELINE))).toEqual([
      expect.stringContaining('2 approved.uat: by=nurul.aisyah user_id=7 pipeline=201 job=7001 '),
    ]);
  });
});

describe('a check that is retried after the approval', () => {
  it.each(['dev', 'uat'] as const)('changes nothing in %s', async (environment) => {
    const chain = await chainBefore('deploy-model', environment);
    const before = holdings(chain.emulator);
    expect((await chain.run('check-model', { job: '7009' })).exit).toBe(0);
    expect((await chain.run('approve-model', { job: '7010' })).exit).toBe(0);
    expect(holdings(chain.emulator)).toEqual(before);
    expect((await chain.run('deploy-model')).exit).toBe(0);
    expect(served(chain, environment)).toBe(arnOf(environment === 'dev' ? 1 : 2));
  });

  it('does not let another version be deployed than the one that was approved', async () => {
    const chain = await chainBefore('deploy-model');
    write(chain.emulator, 3, { 'validated.dev': entryOf(chain.emulator, 3, 'validated.dev') });
    expect((await chain.run('check-model')).record).toMatchObject({ package: arnOf(3) });
    expect((await chain.run('deploy-model')).exit).toBe(0);
    expect(served(chain, 'uat')).toBe(arnOf(2));
  });
});

it('deploy-model is denied another endpoint that is not there yet: what it made serves its own as well', async () => {
  const chain = await chainBefore('deploy-model', 'uat');
  for (const endpoint of ['resale-price-main', 'churn-uat']) {
    const job = await chain.run('deploy-model', { env: { [variableFor('endpoint_name')]: endpoint } });
    expect(outcomeOf(job)).toMatchObject({ refused: true, next: true });
    expect(chain.emulator.endpoint(endpoint)).toBeUndefined();
  }
  expect(await chain.run('deploy-model', {})).toMatchObject({ exit: 0 });
});

it('a job is not led into the folder of another by the number that GitLab gives its own', async () => {
  const chain = await chainBefore('deploy-model');
  const record = join(chain.root, recordPath('approve-model', JOB));
  const before = readFileSync(record, 'utf8');
  for (const id of [`../approve-model/${JOB}`, '..', '']) {
    const job = await chain.run('deploy-model', { env: { CI_JOB_ID: id } });
    expect(job).toMatchObject({ exit: 1, received: [] });
    expect(job.log).toContain(`CI_JOB_ID is "${id}". Nothing was written.`);
    expect(readFileSync(record, 'utf8')).toBe(before);
  }
});

it('every safety input of every program is forged here', () => {
  for (const safetyInput of programs.flatMap(({ safetyInputs }) => [...safetyInputs]))
    expect(IGNORED).toHaveProperty(variableFor(safetyInput));
});

it('every variable that the source names is forged here', () => {
  const named = new Set(source.match(/\b((CI|GITLAB|AWS|SAGEMAKER|HTTPS?)_[A-Z][A-Z_]*[A-Z]|NO_PROXY)\b/g));
  // A pattern of ours, and a rule that a message tells: no variables.
  for (const name of ['AWS_HOST', 'CI_PIPELINE_SOURCE']) named.delete(name);
  const forged = new Set([PREDEFINED, IGNORED, ELSEWHERE].flatMap((rows) => Object.keys(rows)));
  expect([...named].filter((name) => !forged.has(name))).toEqual([]);
});

it('no program reads a dotenv variable of ours', () => {
  for (const output of programs.flatMap(({ outputs }) => Object.keys(outputs)))
    expect(source).not.toMatch(new RegExp(`env(\\.|\\[')${output}\\b`));
});

/** Of what is forged together, what a program does not read: the safety input of one may be a variable of another. */
function ignoredBy(name: Name): Readonly<Record<string, string>> {
  const { inputs, safetyInputs } = programNamed(name);
  const words: readonly string[] = safetyInputs;
  const read = Object.keys(inputs.shape).filter((input) => !words.includes(input));
  const variables = new Set(read.map(variableFor));
  return Object.fromEntries(Object.entries(IGNORED).filter(([variable]) => !variables.has(variable)));
}

/** What a job answers, and what AWS holds then. */
async function answerOf(chain: Chain, name: Name, env: Readonly<Record<string, string>> = {}) {
  const job = await chain.run(name, { env });
  return { told: told(job), holds: holdings(chain.emulator) };
}

/** The version behind an environment's endpoint. */
function served({ emulator }: Chain, environment: string): string | undefined {
  const endpoint = emulator.endpoint(`resale-price-${environment}`);
  return endpoint && emulator.endpoints.servedBy(endpoint.config)[0]?.model;
}

/** The registry entries of every version, one line each. */
function entriesOf({ emulator }: Chain): string[] {
  return [1, 2, 3].flatMap((version) =>
    Object.entries(emulator.package(arnOf(version))?.metadata ?? {})
      .filter(([key]) => /^(built$|approved|validated|withdrawn)/.test(key))
      .map(([key, value]) => `${version} ${key}: ${value}`),
  );
}
