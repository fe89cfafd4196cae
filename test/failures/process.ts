import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FinishedJob, invocationOf, type JobOptions, readable, reportsOf } from '../components/job.ts';
import { refuseSecrets } from '../secrets.ts';

const hurry = fileURLToPath(new URL('../gitlab/bin/hurry.js', import.meta.url));

interface Program {
  readonly name: string;
  readonly fences: readonly string[];
  gitlabEnvironment?(environment: string): string;
}

/** Runs a program of the bundle as a job does: a process of its own, with a job's variables and nothing else. */
export async function startProcess(bundle: string, program: Program, options: JobOptions): Promise<FinishedJob> {
  const { emulator, root } = options;
  const before = emulator.calls.length;
  const { args, env } = invocationOf(program, options);
  const child = spawn(process.execPath, [`--import=${hurry}`, join(bundle, 'main.js'), program.name, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...emulator.env, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      printed += String(part);
    });
  const [exit] = await once(child, 'close');
  const received = emulator.calls.slice(before);
  refuseSecrets({ texts: [printed], folders: [root] }, [...emulator.secrets, env.AWS_OIDC_TOKEN ?? '']);
  return {
    exit: Number(exit),
    log: readable(printed.split('\n')),
    ...reportsOf(program.name, options),
    calls: received.filter(({ service }) => service !== 'sts').map(({ operation }) => operation),
    received,
  };
}
