import fs, { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { identityProviderTrouble } from '../../emulator/sts.ts';
import { approvalEnvironment } from '../../src/gitlab/job.ts';
import { createReport, reportFolder } from '../../src/gitlab/report.ts';
import { Failure } from '../../src/ground/failure.ts';
import { EXIT_CODES } from '../../src/ground/failure-codes.ts';
import { defineComponent } from '../../src/program/component.ts';
import type { Context } from '../../src/program/context.ts';
import { emulated, type JobOptions, projectFolder, startJob } from '../components/job.ts';

/** The smallest component: it looks at one endpoint and says what it saw. */
function looking(run: (context: Context) => Promise<unknown> = look) {
  return defineComponent({
    name: 'look',
    duty: 'look',
    gitlab: {
      stage: 'look',
      branches: 'every',
      timeout: '1 hour',
      environment: { action: 'verify' },
      resourceGroup: false,
      manual: false,
    },
    inputs: z.strictObject({ strict: z.enum(['true', 'false']) }),
    safetyInputs: ['strict'],
    outputs: { SEEN: 'What was seen.' },
    permissions: [{ action: 'sagemaker:DescribeEndpoint', on: 'endpoint' }],
    async run(_, context) {
      context.report.link('SageMaker', 'The endpoint', 'https://example.com/endpoint');
      context.report.record({ outcome: 'looking' });
      await run(context);
      return { verdict: 'Looked.', outputs: { SEEN: 'yes' } };
    },
  });
}

async function look({ aws }: Context): Promise<void> {
  await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'resale-price-dev' }));
}

async function start(options: Partial<JobOptions> = {}, component = looking()) {
  const emulator = options.emulator ?? (await emulated());
  if (!emulator.endpoint('resale-price-dev'))
    emulator.deployed({ endpoint: 'resale-price-dev', package: emulator.register() });
  const root = options.root ?? projectFolder();
  const job = await startJob(component, { ...options, emulator, root, inputs: { strict: 'true', ...options.inputs } });
  return { ...job, emulator, root };
}

async function listening(server: Server): Promise<[Server, string]> {
  await new Promise<void>((ready) => void server.listen(0, '127.0.0.1', ready));
  const bound = server.address();
  return [server, `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`];
}

const sagemakerCalls = (job: { calls: readonly string[] }) => job.calls.length;

describe('who the job is', () => {
  it('comes from the token that STS accepted, and stands in the record', async () => {
    const job = await start({ pipeline: '4711', job: '12', user: 'jane' });
    expect(job).toMatchObject({ exit: 0, record: { pipeline: '4711', job: '12', environment: 'dev', verified: true } });
    expect(job.log).toContain('started by   jane');
  });

  it.each([
    ['CI_PIPELINE_ID', '1'],
    ['CI_JOB_ID', '2'],
    ['CI_COMMIT_SHA', 'f'.repeat(40)],
    ['CI_COMMIT_REF_NAME', 'main'],
    ['CI_COMMIT_BRANCH', 'main'],
    ['CI_PROJECT_PATH', 'wog/other'],
    ['CI_PROJECT_ID', '99'],
    ['CI_ENVIRONMENT_NAME', 'main'],
  ])('is refused when somebody set %s to something else', async (name, value) => {
    const job = await start({ env: { [name]: value } });
    expect(job.exit).toBe(EXIT_CODES.refused);
    expect(sagemakerCalls(job)).toBe(0);
    expect(job.log).toContain(`${name} is "${value}"`);
  });

  it.each([
    ['CI_COMMIT_TAG', 'dev', 'branch'],
    ['CI_COMMIT_BRANCH', 'v1.0.0', 'tag'],
  ])('is refused when somebody set %s, although its ref %s is a %s', async (name, ref, ref_type) => {
    const job = await start({ claims: { ref, ref_type }, env: { CI_COMMIT_REF_NAME: ref, [name]: ref } });
    expect(job.exit).toBe(EXIT_CODES.refused);
    expect(sagemakerCalls(job)).toBe(0);
    expect(job.log).toContain(`${name} is "${ref}"; the token's ref_type is "${ref_type}".`);
  });

  it('is refused when the environment is not the one that the token is for', async () => {
    const job = await start({ inputs: { environment: 'main' } });
    expect(job.exit).toBe(EXIT_CODES.refused);
    expect(sagemakerCalls(job)).toBe(0);
  });

  it('is refused when the token names no environment', async () => {
    const job = await start({ claims: { environment: '' } });
    expect(job.exit).toBe(EXIT_CODES.refused);
  });

  it('may have a GitLab environment of its own', async () => {
    const component = looking();
    const environment = { action: 'start', name: approvalEnvironment } as const;
    const job = await start({}, { ...component, gitlab: { ...component.gitlab, environment } });
    expect(job).toMatchObject({ exit: 0, record: { environment: 'dev' } });
  });

  it('is "unverified" without a role to assume, with the runner\'s own credentials', async () => {
    const job = await start({ inputs: { role_arn: 'none' } });
    expect(job).toMatchObject({ exit: 0, record: { verified: false } });
    expect(job.log).toContain('started by   unverified');
    expect(job.received.map(({ operation }) => operation)).toEqual(['GetCallerIdentity', 'DescribeEndpoint']);
  });
});

describe('links', () => {
  it('lead to the GitLab that issued the token, whatever CI_SERVER_URL says', async () => {
    const showing = looking(async ({ job, log }) => log.line(`${job.projectUrl} ${job.url}`));
    const job = await start({ env: { CI_SERVER_URL: 'https://gitlab.example.com' } }, showing);
    const project = 'https://sgts.gitlab-dedicated.com/wog/mlops/resale-price';
    expect(job.log).toContain(`${project} ${project}/-/jobs/1`);
  });
});

describe('which account', () => {
  it('must be the expected one before SageMaker is asked anything', async () => {
    const job = await start({ inputs: { expected_account_id: '999999999999' } });
    expect(job.exit).toBe(EXIT_CODES.refused);
    expect(sagemakerCalls(job)).toBe(0);
    expect(job.log).toMatch(
      /belongs to the AWS account 111122223333, but expected_account_id is 999999999999[\s\S]*\nNext: /,
    );
  });

  it('is said to be unchecked when nothing is expected', async () => {
    expect((await start({ inputs: { expected_account_id: '' } })).log).toContain(
      'not checked: expected_account_id is empty',
    );
  });

  it('asks for the scope of the variable when the role is empty', async () => {
    const job = await start({ inputs: { role_arn: '' } });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('uat* covers uat and uat/approval');
  });
});

describe('the token', () => {
  it("that somebody emptied never means the runner's own credentials", async () => {
    const job = await start({ env: { AWS_OIDC_TOKEN: '' } });
    expect(job).toMatchObject({ exit: EXIT_CODES['not allowed'], received: [] });
    expect(job.log).toMatch(
      /AWS_OIDC_TOKEN holds no id_token[\s\S]*\nNext: remove any CI\/CD variable named AWS_OIDC_TOKEN/,
    );
  });

  it('is renewed for new credentials while the job waits for hours', async () => {
    const component = looking(async (context) => {
      await look(context);
      await context.clock.sleep(2 * 3600_000);
      await look(context);
    });
    const job = await start({}, component);
    expect(job.exit).toBe(0);
    expect(job.received.map(({ operation }) => operation)).toEqual([
      'AssumeRoleWithWebIdentity',
      'DescribeEndpoint',
      'AssumeRoleWithWebIdentity',
      'DescribeEndpoint',
    ]);
  });

  it.each([
    ['are used while they last', 56, 0, 2],
    ['are not used at their end', 60, EXIT_CODES['not allowed'], 1],
    ['are not used after their end', 61, EXIT_CODES['not allowed'], 1],
  ])('that has ended: credentials %s', async (_, minutes, exit, looks) => {
    const emulator = await emulated();
    const error = { code: 'ExpiredTokenException', message: 'Token must be valid.', status: 400 };
    emulator.fault({ operation: 'AssumeRoleWithWebIdentity', kind: 'error', nth: 2, times: 100, error });
    const component = looking(async (context) => {
      await look(context);
      await context.clock.sleep(minutes * 60_000);
      await look(context);
    });
    const job = await start({ emulator }, component);
    expect(job.exit, job.log).toBe(exit);
    expect(sagemakerCalls(job)).toBe(looks);
  });

  it('is not exchanged again and again beyond the time of the job', async () => {
    const emulator = await emulated();
    const began = emulator.clock.now().getTime();
    emulator.fault({ operation: 'AssumeRoleWithWebIdentity', kind: 'throttle', times: 100 });
    // A minute of its time is for the uploads.
    const env = { CI_JOB_STARTED_AT: new Date(began).toISOString(), CI_JOB_TIMEOUT: '65' };
    const job = await start({ emulator, env });
    expect(job.exit).toBe(EXIT_CODES['AWS trouble']);
    expect(emulator.clock.now().getTime() - began).toBeLessThan(5_000);
  });

  it('is refused by STS with the audience and subject to compare, but never shown', async () => {
    const job = await start({ claims: { aud: 'https://elsewhere.example.com' } });
    expect(job.exit).toBe(EXIT_CODES['not allowed']);
    expect(job.log).toMatch(
      /audience {2}https:\/\/elsewhere\.example\.com[\s\S]*\nNext: set the input oidc_audience and/,
    );
  });

  it('that is none is refused', async () => {
    const job = await start({ env: { AWS_OIDC_TOKEN: 'not.a.token' } });
    expect(job.exit).toBe(EXIT_CODES['not allowed']);
    expect(job.received).toEqual([]);
  });

  it('is tried again for about a minute when AWS cannot reach GitLab', async () => {
    const emulator = await emulated();
    const before = emulator.clock.now().getTime();
    emulator.fault({
      operation: 'AssumeRoleWithWebIdentity',
      times: 100,
      kind: 'server error',
      error: identityProviderTrouble.unreachable,
    });
    const job = await start({ emulator });
    expect(job.exit).toBe(EXIT_CODES['AWS trouble']);
    const waited = (emulator.clock.now().getTime() - before) / 1000;
    expect(waited).toBeGreaterThan(30);
    expect(waited).toBeLessThan(90);
  });

  it('stands in no file and no line of the log, however the job ends', async () => {
    for (const env of [{}, { CI_DEBUG_TRACE: 'true' }]) {
      const emulator = await emulated();
      emulator.fault({ operation: 'DescribeEndpoint', kind: 'access denied' });
      const job = await start({ emulator, env });
      const folder = join(job.root, 'sagemaker', 'look', '1');
      const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
      const shown = [job.log, ...files].join('\n');
      expect(shown).not.toMatch(/eyJ[\w-]{10,}/);
      const session = [...emulator.sessions.keys()].filter((key) => key.startsWith('ASIA'));
      for (const key of session) expect(shown).not.toContain(key);
    }
  });
});

describe('how long a job may wait', () => {
  const WAIT = 'max_wait_time';
  it.each<[as: string, limits: { wait: number; timeout?: number; token: number }, ends: object]>([
    ['as its input says', { wait: 600, timeout: 3600, token: 7200 }, { after: 600, because: WAIT }],
    ['as its input says, also when GitLab tells no timeout', { wait: 600, token: 7200 }, { after: 600, because: WAIT }],
    [
      "a minute less than GitLab's timeout",
      { wait: 7200, timeout: 3600, token: 7200 },
      { after: 3540, because: "the job's timeout" },
    ],
    [
      'as its token lives',
      { wait: 7200, timeout: 7200, token: 1800 },
      { after: 1800, because: "the token's lifetime" },
    ],
  ])('is %s, whichever ends first', async (_, { wait, timeout, token }, ends) => {
    const emulator = await emulated();
    const now = emulator.clock.now().getTime();
    let limit: unknown;
    const component = looking(async (context) => {
      const { at, because } = context.deadline(wait);
      limit = { after: (at.getTime() - now) / 1000, because };
    });
    const env = timeout && { CI_JOB_STARTED_AT: new Date(now).toISOString(), CI_JOB_TIMEOUT: String(timeout) };
    const claims = { exp: now / 1000 + token };
    await start({ emulator, claims, ...(env && { env }) }, component);
    expect(limit).toEqual(ends);
  });
});

describe('a job that waits', () => {
  it('repeats no request beyond the time that it may wait', async () => {
    const emulator = await emulated();
    const began = emulator.clock.now().getTime();
    emulator.fault({ operation: 'DescribeEndpoint', kind: 'throttle', times: 100 });
    const waiting = looking(async (context) => {
      context.deadline(10);
      await look(context);
    });
    const job = await start({ emulator }, waiting);
    expect(job.exit).toBe(EXIT_CODES['AWS trouble']);
    expect(emulator.clock.now().getTime() - began).toBeLessThan(10_000);
  });
});

describe('trouble with AWS', () => {
  const times = 100;
  it.each([
    ['throttling', { kind: 'throttle', times }, 75, /AWS throttled every attempt/],
    ['5xx answers', { kind: 'server error', times }, 75, /AWS answered every attempt with an error of its own/],
    ['a broken connection', { kind: 'reset before', times }, 75, /connection to AWS failed at every attempt/],
    [
      'a denied call',
      { kind: 'access denied' },
      77,
      /Next: add sagemaker:DescribeEndpoint to the policy of the job's role/,
    ],
    ['expired credentials', { kind: 'expired token' }, 77, /The AWS credentials expired/],
    [
      'an error that nobody knows',
      { kind: 'server error', error: { code: 'WeirdException', message: 'Odd.', status: 400 } },
      1,
      /Unexpected error in AWS or in this component: WeirdException: Odd\./,
    ],
  ] as const)('%s has an exit code and a next step of its own', async (_, fault, exit, words) => {
    const emulator = await emulated();
    emulator.fault({ operation: 'DescribeEndpoint', ...fault });
    const job = await start({ emulator });
    expect(job.exit).toBe(exit);
    expect(job.log).toMatch(words);
    expect(job.log).toMatch(/\nNext: .+$/);
  });

  it.each(['throttle', 'server error', 'reset before', 'reset after'] as const)(
    'of a passing kind (%s) is cured by asking again',
    async (kind) => {
      const emulator = await emulated();
      emulator.fault({ operation: 'DescribeEndpoint', times: 3, kind });
      const job = await start({ emulator });
      expect(job).toMatchObject({
        exit: 0,
        calls: ['DescribeEndpoint', 'DescribeEndpoint', 'DescribeEndpoint', 'DescribeEndpoint'],
      });
    },
  );

  it('says that the runner has no rights of its own, where it should use them and has none', async () => {
    const emulator = await emulated();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nowhere');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const job = await start({ emulator, inputs: { role_arn: 'none' } });
    expect(job).toMatchObject({ exit: EXIT_CODES['not allowed'], received: [] });
    expect(job.log).toContain('ERROR SMC-1206: role_arn is none, but the runner has no AWS credentials');
  });

  it('that never answers ends the job, in time', async () => {
    const [silent, address] = await listening(createServer());
    onTestFinished(() => void silent.close());
    const emulator = await emulated();
    vi.stubEnv('AWS_ENDPOINT_URL', address);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let job: Awaited<ReturnType<typeof start>> | undefined;
    void start({ emulator }).then((ended) => (job = ended));
    while (!job) {
      await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(500);
    }
    silent.closeAllConnections();
    expect(job.exit, job.log).toBe(EXIT_CODES['AWS trouble']);
    expect(job.log).toContain('ERROR SMC-1203: The connection to AWS failed at every attempt');
  });

  it('shows where it came from only when asked', async () => {
    const broken = looking(async () => {
      throw new Error('A defect.');
    });
    expect((await start({}, broken)).log).not.toContain('at ');
    expect((await start({ env: { CI_DEBUG_TRACE: 'true' } }, broken)).log).toMatch(/\n {4,}at /);
  });
});

describe('reports', () => {
  it('are there when the job failed: links, record, and the reason as a test case', async () => {
    const refusing = looking(async () => {
      throw new Failure('SMC-5003', 'The answer is "no" & final.', 'ask again tomorrow.');
    });
    const job = await start({}, refusing);
    expect(job).toMatchObject({ exit: 1, record: { component: 'look', outcome: 'looking' }, outputs: {} });
    expect(job.links).toContain('https://example.com/endpoint');
    expect(job.junit).toContain('<failure message="SMC-5003: The answer is &quot;no&quot; &amp; final.">');
    expect(job.log).toMatch(/ERROR SMC-5003: The answer is "no" & final\.\nNext: ask again tomorrow\.$/);
  });

  it('of an earlier try are gone before the job begins', async () => {
    const root = projectFolder();
    await start({ root });
    const again = await start({ root, inputs: { strict: 'perhaps' } });
    expect(again).toMatchObject({ exit: 64, record: undefined, outputs: {} });
  });

  it('leave out a variable that GitLab would refuse, and the job that went well stays green', async () => {
    const component = { ...looking(), run: async () => ({ verdict: 'Looked.', outputs: { SEEN: 'one\ntwo' } }) };
    const job = await start({}, component);
    expect(job).toMatchObject({ exit: 0, outputs: {} });
    expect(job.log).toMatch(
      /Not in the dotenv report: SEEN\. GitLab takes at most 20 variables and 5 KB; .*\nLooked\.$/,
    );
  });

  it("hand variables to the project's own jobs", async () => {
    expect((await start()).outputs).toEqual({ SEEN: 'yes' });
  });
});

describe('the log', () => {
  it('cannot be given a section or an escape sequence by what comes from outside', async () => {
    const emulator = await emulated();
    const forged = 'x\u001b[0Ksection_start:1:forged\r\u001b[0KAll is well';
    emulator.fault({
      operation: 'DescribeEndpoint',
      kind: 'server error',
      error: { code: 'WeirdException', message: forged, status: 400 },
    });
    const job = await start({ emulator });
    expect(job.log).toContain('x [0Ksection_start:1:forged  [0KAll is well');
  });

  it('ends with the verdict when all is well', async () => {
    expect((await start()).log).toMatch(/\nLooked\.$/);
  });
});

describe('a safety input', () => {
  it('that is given twice is refused', async () => {
    const job = await start({ words: ['--strict=false'] });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('look received --strict twice');
  });

  it('is read from the script alone: a variable of its name changes nothing', async () => {
    const job = await start({ env: { INPUT_STRICT: 'false' } });
    expect(job.exit).toBe(0);
    const missing = await startJob(looking(), {
      emulator: job.emulator,
      root: job.root,
      env: { INPUT_STRICT: 'false' },
    });
    expect(missing.exit).toBe(64);
    expect(missing.log).toContain('strict: is missing');
  });

  it('that nobody knows is refused', async () => {
    const job = await start({ words: ['--lenient=true'] });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('look does not know the option "--lenient=true"');
  });
});

describe('the folder of the job', () => {
  it.each(['模型检查', 'проверка', '🚀 deploy', '--'])(
    'is its own where its name, %s, has no letter for a path',
    async (name) => {
      const job = await start({ name, job: '12' });
      expect(job).toMatchObject({ exit: 0, record: { job: '12', job_name: name } });
      expect(readdirSync(join(job.root, 'sagemaker/look'))).toEqual(['12']);
    },
  );

  it.each(['..', '../approve-model/1', '', '1/2', 'a job', '.', '-1'])(
    'is none but its own: the number "%s" is refused, and nothing is emptied',
    async (id) => {
      const root = projectFolder();
      await start({ root });
      const before = readdirSync(root, { recursive: true });
      const job = await start({ root, env: { CI_JOB_ID: id } });
      expect(job).toMatchObject({ exit: EXIT_CODES.refused, received: [] });
      expect(job.log).toMatch(/CI_JOB_ID is ".*"\. Nothing was written\.\nNext: start a new pipeline without/);
      expect(readdirSync(root, { recursive: true })).toEqual(before);
    },
  );
});

describe('the host that is asked', () => {
  it.each([
    ['AWS_ENDPOINT_URL', 'https://sts.example.com'],
    ['AWS_ENDPOINT_URL_STS', 'https://amazonaws.com.example.com'],
    ['AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', 'http://evilamazonaws.com'],
    ['AWS_ENDPOINT_URL_SAGEMAKER', 'no address'],
    // Machines of customers.
    ['AWS_ENDPOINT_URL', 'https://mine-1.ap-southeast-1.elb.amazonaws.com'],
    ['AWS_ENDPOINT_URL', 'https://ec2-54-1-2-3.ap-southeast-1.compute.amazonaws.com'],
    ['AWS_ENDPOINT_URL', 'https://a1b2c3.execute-api.ap-southeast-1.amazonaws.com'],
    ['AWS_ENDPOINT_URL', 'https://vpce-0a1b.vpce-svc-0c2d.ap-southeast-1.vpce.amazonaws.com'],
    // HTTP_PROXY could read what is not encrypted.
    ['AWS_ENDPOINT_URL', 'http://sts.ap-southeast-1.amazonaws.com'],
  ])('must be one of AWS: %s=%s is refused before the token leaves', async (name, value) => {
    const job = await start({ env: { [name]: value } });
    expect(job).toMatchObject({ exit: EXIT_CODES.refused, received: [] });
    expect(job.log).toContain(`${name} is "${value}"`);
  });

  it.each([
    'https://vpce-0a1b2c3d.sts.ap-southeast-1.vpce.amazonaws.com',
    'https://vpce-0a1b2c3d-ap-southeast-1a.api.sagemaker.ap-southeast-1.vpce.amazonaws.com',
    'https://runtime-fips.sagemaker.us-east-1.amazonaws.com',
    'https://logs.ap-southeast-1.amazonaws.com',
    'https://sts.amazonaws.com',
    'https://sts.cn-north-1.amazonaws.com.cn',
    'https://sagemaker.ap-southeast-1.api.aws',
    'http://127.0.0.1:4566',
    '',
  ])('may be %s', async (value) => {
    expect((await start({ env: { AWS_ENDPOINT_URL: value } })).exit).toBe(0);
  });

  it('must be one of AWS also where a configuration file names it', async () => {
    const root = projectFolder();
    const file = join(root, 'config');
    writeFileSync(file, '[default]\nendpoint_url = http://127.0.0.2:9\n');
    const emulator = await emulated();
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', file);
    const job = await start({ emulator, root });
    expect(job.exit, job.log).toBe(EXIT_CODES.refused);
    expect(job.log).toContain('http://127.0.0.2');
    expect(job.log).toMatch(/Next: remove the CI\/CD variables AWS_CONFIG_FILE and AWS_PROFILE/);
  });
});

describe('a folder in which the job may not write', () => {
  it.each<[what: string, lay: (root: string) => void, why: string]>([
    ['because a file lies there', (root) => writeFileSync(join(root, 'sagemaker'), 'in the way'), 'ENOTDIR'],
    [
      'because it is a link',
      (root) => {
        mkdirSync(join(root, 'elsewhere'));
        symlinkSync('elsewhere', join(root, 'sagemaker'));
      },
      'sagemaker is a link',
    ],
    [
      'because a folder in it is a link',
      (root) => {
        mkdirSync(join(root, 'sagemaker'));
        symlinkSync('..', join(root, 'sagemaker/look'));
      },
      'sagemaker/look is a link',
    ],
    ['because it leads back to itself', (root) => symlinkSync('sagemaker', join(root, 'sagemaker')), 'is a link'],
  ])('%s ends it with 77 and what the runner must change, before AWS is asked', async (_, lay, why) => {
    const root = projectFolder();
    lay(root);
    const job = await start({ root });
    expect(job).toMatchObject({ exit: 77, calls: [], record: undefined });
    expect(job.log).toMatch(
      new RegExp(
        `^ERROR SMC-1302: This job cannot write its reports: .*(${why}).*\nNext: make the runner's build folder writable`,
      ),
    );
  });
});

describe('a disk that is full', () => {
  /** From now on, files of this name cannot be written, as on a full disk. */
  const full = (name: string) => {
    const { writeFileSync: write } = fs;
    vi.spyOn(fs, 'writeFileSync').mockImplementation((path, ...given) => {
      if (!String(path).endsWith(name)) return write(path, ...given);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
  };

  it.each(['record.json', 'links.json', 'junit.xml', 'sagemaker.env'])(
    'at %s ends the job red, with a sentence and what to do, and no stack',
    async (name) => {
      const filling = looking(async ({ report }) => {
        full(name);
        report.record({ outcome: 'looked' });
        report.link('SageMaker', 'Again', 'https://example.com');
      });
      const job = await start({}, filling);
      expect(job.exit).toBe(EXIT_CODES.refused);
      expect(job.log).toMatch(
        /ERROR SMC-1301: This job cannot write its reports: no space is left on the disk \(ENOSPC\)\.\nNext: free space on the runner, then run this job again\./,
      );
      expect(job.log).not.toMatch(/\n\s+at /);
    },
  );

  it('does not hide why a job failed', async () => {
    const refusing = looking(async () => {
      full('junit.xml');
      throw new Failure('SMC-3001', 'There is no version.', 'train one.');
    });
    const job = await start({}, refusing);
    expect(job.exit).toBe(80);
    expect(job.log).toMatch(
      /cannot write its reports: no space.*\nERROR SMC-3001: There is no version\.\nNext: train one\.$/,
    );
  });
});

describe('a job that is cancelled', () => {
  it('ends at once, red and with what to do next, and has written its reports', async () => {
    const job = await start({ stopped: Promise.resolve() });
    expect(job.exit).toBe(143);
    expect(job.log).toMatch(
      /ERROR SMC-1401: This job was stopped \(SIGTERM\).* Nothing continues in AWS, except a request that was just sent\.\nNext: run this job again\.$/,
    );
    expect(job.junit).toContain('<failure');
  });
});

it('keeps in a report that becomes shorter nothing of the longer one', () => {
  const root = projectFolder();
  const report = createReport(root, { component: 'deploy-model', folder: reportFolder('deploy-model', '7') });
  const read = () => readFileSync(join(root, 'sagemaker/deploy-model/7/record.json'), 'utf8');
  report.record({ why: 'é'.repeat(100) });
  report.record({ why: 'its execution ended' });
  expect(JSON.parse(read())).toEqual({ why: 'its execution ended' });
  report.record({ why: 'é'.repeat(30) });
  expect(JSON.parse(read())).toEqual({ why: 'é'.repeat(30) });
});

it('has every report that GitLab looks for from its first moment on, the test case red', () => {
  const root = projectFolder();
  createReport(root, { component: 'deploy-model', folder: reportFolder('deploy-model', '7') });
  const read = (name: string) => readFileSync(join(root, 'sagemaker/deploy-model/7', name), 'utf8');
  expect([read('links.json'), read('sagemaker.env')]).toEqual(['{}', '']);
  expect(read('junit.xml')).toMatch(
    /<testcase .*name="The job reported its result".*<failure message="it ended before it reported one">/,
  );
});
