import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { machineClock } from '../../emulator/clock.ts';
import { startEmulator } from '../../emulator/emulator.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import { compileComponent } from '../catalog/compiled.ts';
import { RUNNER_SHELLS } from '../catalog/runner-shells.ts';
import { emulated, startJob } from './job.ts';
import { compiled, folder, jobShape, ROLE, render, shell, TOKEN, write } from './rendering.ts';

it.each(RUNNER_SHELLS)(
  'gives the script the role, by a file of the token that only it can read, in $title',
  async (runner) => {
    const job = await render(
      [
        'cat "$AWS_WEB_IDENTITY_TOKEN_FILE" && echo',
        'stat -c "%a %n" "$AWS_WEB_IDENTITY_TOKEN_FILE" "$(dirname "$AWS_WEB_IDENTITY_TOKEN_FILE")"',
        'echo "$AWS_ROLE_ARN $AWS_ROLE_SESSION_NAME $AWS_REGION $AWS_DEFAULT_REGION"',
        write,
      ],
      { runner },
    );
    const token = join(job.temporary, 'sagemaker-token-7');
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain(`${TOKEN}\n600 ${token}/token\n700 ${token}\n`);
    expect(job.log).toContain(`${ROLE} gl-42-101-7 ap-southeast-1 ap-southeast-1`);
    expect(job.log).not.toContain('Next:');
    expect(job.left).toBe(false);
  },
);

it.each(RUNNER_SHELLS)(
  'ends as the command that fails, with a next step and without the token, in $title',
  async (runner) => {
    const job = await render(['sh -c "exit 9"', write], { runner });
    // In the older form, bash makes 1 of the code.
    expect(job.exit).toBe(/^bash.* until/.test(runner.title) ? 1 : 9);
    expect(job.left).toBe(false);
    expect(job.log).toMatch(
      /\nNext: correct what the lines above show in the script or in the files that it uses, then .*\n$/,
    );
  },
);

it.each(RUNNER_SHELLS)('removes the token when GitLab cancels the job, and says so, in $title', async (runner) => {
  const job = await render(['sh -c "echo > begun; exec sleep 30"', write], {
    runner,
    async meanwhile({ pid = 0 }, root) {
      await vi.waitUntil(() => existsSync(join(root, 'begun')), { timeout: 5000, interval: 20 });
      process.kill(-pid, 'SIGTERM');
    },
  });
  expect(job.exit).not.toBe(0);
  expect(job.left).toBe(false);
  expect(job.log).toMatch(/\nERROR SMC-2012: This job was stopped \(SIGTERM\)\.\nNext: run this job again\.\n/);
});

/** So often that a signal comes wherever the shell is: once in 30 microseconds. */
async function tellAgainAndAgain(group: number, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    try {
      for (let count = 0; count < 500; count++) {
        process.kill(-group, 'SIGTERM');
        const next = process.hrtime.bigint() + 30_000n;
        while (process.hrtime.bigint() < next);
      }
    } catch {
      // Nothing of the group is left.
      return;
    }
    await new Promise((wake) => setImmediate(wake));
  }
}

it.each(RUNNER_SHELLS)(
  'removes the token and says so when it is told to stop again and again, in $title',
  async (runner) => {
    const telling = new AbortController();
    const job = await render(['sh -c "echo > begun; exec sleep 30"', write], {
      runner,
      async meanwhile({ pid = 0 }, root) {
        await vi.waitUntil(() => existsSync(join(root, 'begun')), { timeout: 5000, interval: 20 });
        void tellAgainAndAgain(pid, telling.signal);
      },
    });
    telling.abort();
    expect(job.left).toBe(false);
    expect(job.log).toMatch(/\nERROR SMC-2012: This job was stopped \(SIGTERM\)\.\nNext: run this job again\.\n/);
  },
);

it.each(RUNNER_SHELLS)(
  "lets no before_script of the project's own break it, or see the role, in $title",
  async (runner) => {
    const before = [
      'echo "role [$(printenv AWS_WEB_IDENTITY_TOKEN_FILE)]"',
      'mkdir elsewhere && cd elsewhere',
      'set +e',
      'set -u',
      'set -x',
      'trap "echo theirs" EXIT',
      'export AWS_PROFILE=mine AWS_ACCESS_KEY_ID=AKIAEXAMPLE',
    ];
    const job = await render(
      ['echo "key [$(printenv AWS_ACCESS_KEY_ID AWS_PROFILE)]"', 'cd "$CI_PROJECT_DIR"', write],
      {
        runner,
        before,
      },
    );
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('role []');
    expect(job.log).toContain('key []');
    expect((await render(['false', write], { runner, before })).exit).toBe(1);
  },
);

it('lets an AWS SDK act as the role without being told how', async () => {
  const emulator = await startEmulator({ clock: machineClock() });
  onTestFinished(() => emulator.close());
  const anything = [{ Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }] }];
  emulator.roles.set(ROLE, {
    arn: ROLE,
    audience: 'https://sgts.gitlab-dedicated.com',
    subject: '*',
    policies: anything,
  });
  const sdk = createRequire(import.meta.url).resolve('@aws-sdk/client-sts');
  const whoAmI = `const { STSClient, GetCallerIdentityCommand } = require(${JSON.stringify(sdk)});
    new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn));`;
  const job = await render([`node -e '${whoAmI}'`, write], {
    variables: {
      ...emulator.env,
      AWS_OIDC_TOKEN: emulator.mintToken({ aud: 'https://sgts.gitlab-dedicated.com' }),
    },
  });
  expect(job.log).toContain('arn:aws:sts::111122223333:assumed-role/promotion-dev/gl-42-101-7');
  expect(job.exit).toBe(0);
});

it('hands on the definition, readable for the job that takes it', async () => {
  const job = await render([write]);
  expect(readFileSync(join(job.root, 'out/definition.json'), 'utf8')).toContain('2020-12-01');
  expect(statSync(join(job.root, 'out/definition.json')).mode & 0o044).toBe(0o044);
  expect(compiled([write]).artifacts.paths).toEqual(['out/definition.json']);
});

it('writes, as docs/inputs.md prints it, a definition that deploy-pipeline trains by and that registers a version', async () => {
  const page = readFileSync(new URL('../../docs/inputs.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('\n## render-pipeline\n'), page.indexOf('\n## deploy-pipeline\n'));
  const [include = '', script = ''] = [...section.matchAll(/```\w+\n(.*?)```/gs)].map(([, block = '']) => block);
  const printed = z
    .object({
      include: z.tuple([z.object({ component: z.string(), inputs: z.looseObject({ script: z.array(z.string()) }) })]),
    })
    .parse(parse(include)).include[0].inputs;
  const job = jobShape.parse(compileComponent('render-pipeline', printed)['render-pipeline']);

  // Instead of Python and PyPI: what render.py wrote with sagemaker 2.257.7.
  const [root, bin] = [folder(), folder()];
  const rendered = new URL('render-pipeline/pipeline.json', import.meta.url).pathname;
  writeFileSync(join(bin, 'pip'), '#!/bin/sh\ntest "$*" = "install sagemaker==2.257.7"\n', { mode: 0o755 });
  writeFileSync(join(bin, 'python'), `#!/bin/sh\ntest -s "$1" && cp ${rendered} pipeline.json\n`, { mode: 0o755 });
  writeFileSync(join(root, 'render.py'), script);
  const env = { ...job.variables, CI_PROJECT_DIR: root, INPUT_ROLE_ARN: 'none', PATH: `${bin}:${process.env.PATH}` };
  const run = await shell(job.script.join('\n'), root, env).ended;
  expect(run, run.log).toMatchObject({ exit: 0 });

  const emulator = await emulated();
  const next = { definition_file: String(job.variables.INPUT_DEFINITION_FILE), parameters: '' };
  const trained = await startJob(deployPipeline, { emulator, root, inputs: next });
  expect(trained.record, trained.log).toMatchObject({ outcome: 'registered', packages: [{ version: 1 }] });
});

it('leaves no token where a job could upload it', async () => {
  const job = await render([write, `grep -r ${TOKEN} . && exit 3; true`]);
  expect(job.exit).toBe(0);
});

it('fails when the script wrote no definition', async () => {
  const job = await render(['true']);
  expect(job.exit).toBe(64);
  expect(job.log).toContain(
    'ERROR SMC-2011: The script succeeded, but there is no definition in out/definition.json.\nNext: change script to write the file',
  );
});

it('refuses a role that no variable of this environment names', async () => {
  const job = await render([write], { variables: { INPUT_ROLE_ARN: '$AWS_ROLE_ARN' } });
  expect(job.exit).toBe(64);
  expect(job.log).toContain('role_arn: received "$AWS_ROLE_ARN"');
  expect(job.log).toContain('Next: define the CI/CD variable AWS_ROLE_ARN');
  expect(job.left).toBe(false);
});

it("leaves the runner's own credentials alone when role_arn is none", async () => {
  const job = await render(['echo "key $AWS_ACCESS_KEY_ID role [$AWS_ROLE_ARN]"', write], {
    variables: { INPUT_ROLE_ARN: 'none', AWS_ROLE_ARN: ROLE, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE' },
  });
  expect(job.log).toContain('key AKIAEXAMPLE role []');
  expect(job.left).toBe(false);
});

it('puts the role before keys that lie in CI/CD variables', async () => {
  const job = await render(['echo "key [$AWS_ACCESS_KEY_ID]"', write], {
    variables: { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE' },
  });
  expect(job.log).toContain('key []');
});

it('does not follow a link that somebody laid where the token would go', async () => {
  const temporary = folder();
  const elsewhere = join(temporary, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(temporary, 'sagemaker-token-7'));
  const job = await render([write], { variables: { TMPDIR: temporary } });
  expect(job.exit).toBe(77);
  expect(job.log).toContain('ERROR SMC-2009: This job cannot write its token to ');
  expect(existsSync(join(elsewhere, 'token'))).toBe(false);
});
