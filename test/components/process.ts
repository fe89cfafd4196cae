import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';
import { refuseSecrets } from '../../compiler/secrets.ts';
import { NODE_FLAGS } from '../../scripts/build.ts';
import { builtPrograms, programsFolder } from '../built.ts';
import { PRELOAD } from './gitlab-host.ts';
import { type FinishedJob, invocationOf, type JobOptions, projectFolder, readable, reportsOf } from './job.ts';
import { undisturbed } from './real-time.ts';

const hurry = fileURLToPath(new URL('../../compiler/bin/hurry.js', import.meta.url));

type Program = Parameters<typeof invocationOf>[0];

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  log(): string;
  /** The exit code, or the signal that ended it; by then nothing that it left behind shows a secret. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Has the bundle built before the tests of a file. Returns the folder that it is in. */
export function buildForTests(): string {
  beforeAll(builtPrograms, 60_000);
  return programsFolder();
}

export interface ProcessOptions extends JobOptions {
  /** Whether its time is real, and no other process takes it: what it pauses for passes much faster, when nothing else is said. */
  readonly realTime?: boolean;
}

/** Starts a program of the bundle as a job does: a process of its own, with a job's variables and nothing else. */
export function startProgram(bundle: string, program: Program, options: ProcessOptions): Running {
  const { emulator, root, realTime = false } = options;
  const { args, env } = invocationOf(program, options);
  const temporary = projectFolder();
  const flags = [...NODE_FLAGS, `--import=${PRELOAD}`, ...(realTime ? [] : [`--import=${hurry}`])];
  const node = [process.execPath, ...flags, join(bundle, 'main.js'), program.name, ...args];
  const [command = '', ...words] = realTime ? [...undisturbed(), ...node] : node;
  const child = spawn(command, words, {
    cwd: root,
    env: {
      ...{ PATH: process.env.PATH, TMPDIR: temporary, AWS_EC2_METADATA_DISABLED: 'true' },
      ...emulator.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  void options.stopped?.then(() => child.kill('SIGTERM'));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      text += String(part);
    });
  const ended = once(child, 'close').then(([exit, signal]) => {
    const known = [...emulator.secrets, env.AWS_OIDC_TOKEN ?? '', env.CI_JOB_TOKEN ?? ''];
    refuseSecrets({ texts: [text], folders: [root, temporary] }, known);
    return exit ?? signal;
  });
  return { child, log: () => text, ended };
}

/** Runs a program of the bundle to its end. */
export async function runProgram(bundle: string, program: Program, options: ProcessOptions): Promise<FinishedJob> {
  const { calls } = options.emulator;
  const before = calls.length;
  const { ended, log } = startProgram(bundle, program, options);
  const exit = Number(await ended);
  const received = calls.slice(before);
  return {
    exit,
    log: readable(log().split('\n')),
    ...reportsOf(program, options),
    calls: received.filter(({ service }) => service !== 'sts').map(({ operation }) => operation),
    received,
  };
}
