import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { MASKED, refuseSecrets } from '../../compiler/secrets.ts';
import { compileComponent } from '../catalog/compiled.ts';
import { RUNNER_SHELLS, type RunnerShell } from '../catalog/runner-shells.ts';

export const TOKEN = 'the-header.the-claims-of-this-job.the-signature-of-gitlab';
export const ROLE = 'arn:aws:iam::111122223333:role/promotion-dev';
const commands = z.array(z.union([z.string(), z.array(z.string())])).transform((lines) => lines.flat());
export const jobShape = z.looseObject({
  variables: z.record(z.string(), z.string()),
  script: commands,
  after_script: commands,
  artifacts: z.looseObject({ paths: z.array(z.string()) }),
});

/** The job of render-pipeline with this script. */
export function compiled(script: readonly string[], inputs: Readonly<Record<string, string>> = {}) {
  const given = { image: 'python:3.13-slim', script, definition_file: 'out/definition.json', ...inputs };
  return jobShape.parse(compileComponent('render-pipeline', given)['render-pipeline']);
}

/** A folder for one test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'render-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The shell in which jobs run when nothing else is said. */
const [USUAL] = RUNNER_SHELLS;

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ exit: number | null; log: string }>;
}

/** Starts commands as a runner does: one shell, in a process group of its own. */
export function shell(script: string, cwd: string, env: Readonly<Record<string, string>>, runner = USUAL): Started {
  const { program = 'sh', args = [], inputFor = String } = runner ?? {};
  const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, ...env }, detached: true });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += chunk;
    });
  }
  child.stdin.end(inputFor(script));
  return { child, ended: once(child, 'close').then(([exit]) => ({ exit, log })) };
}

interface Rendering {
  readonly variables?: Readonly<Record<string, string>>;
  /** The project's own default: before_script. */
  readonly before?: readonly string[];
  readonly runner?: RunnerShell;
  /** What happens while the script runs. */
  readonly meanwhile?: (child: ChildProcess, root: string) => Promise<void>;
}

/** Runs the job: its folder, its temporary folder, and how it ended. */
export async function render(
  script: readonly string[],
  { variables = {}, before = [], runner, meanwhile }: Rendering = {},
) {
  const job = compiled(script);
  const [root, temporary] = [folder(), variables.TMPDIR ?? folder()];
  const env = {
    ...job.variables,
    CI_PROJECT_DIR: root,
    CI_PROJECT_ID: '42',
    CI_PIPELINE_ID: '101',
    CI_JOB_ID: '7',
    AWS_OIDC_TOKEN: TOKEN,
    ...MASKED,
    INPUT_ROLE_ARN: ROLE,
    INPUT_AWS_REGION: 'ap-southeast-1',
    TMPDIR: temporary,
    ...variables,
  };
  const { child, ended } = shell([...before, ...job.script].join('\n'), root, env, runner);
  await meanwhile?.(child, root);
  const run = await ended;
  const left = existsSync(join(temporary, 'sagemaker-token-7'));
  await shell(job.after_script.join('\n'), root, env, runner).ended;
  // A script that shows the token is its project's own doing.
  const texts = script.some((line) => line.includes('cat "$AWS_WEB_IDENTITY_TOKEN_FILE"')) ? [] : [run.log];
  refuseSecrets({ texts, folders: [root, temporary] }, [env.AWS_OIDC_TOKEN]);
  return { ...run, root, temporary, left };
}

/** A script that writes the definition. */
export const write = 'mkdir -p out && echo \'{"Version":"2020-12-01"}\' > out/definition.json';
