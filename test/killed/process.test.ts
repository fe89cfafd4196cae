import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.ts';
import { invocationOf, reportsOf } from '../components/job.ts';
import { machineClock } from '../emulator/clock.ts';
import { refuseSecrets } from '../secrets.ts';
import { changes, holdings, told } from './holdings.ts';
import { awaitDeath, type Death, jobOf, type Stage, setStage, start } from './killing.ts';
import { approving, checking, proving, rejecting, type Scene, startingTraining, updatingEndpoint } from './scenes.ts';

const hurry = fileURLToPath(new URL('../gitlab/bin/hurry.js', import.meta.url));
let programs: string;

beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'programs-'));
  await build(programs);
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

interface Running {
  readonly child: ChildProcess;
  readonly root: string;
  log(): string;
}

/** The program as a job runs it: a process of its own, with a job's variables and nothing else. */
function startProcess(stage: Stage, job: string): Running {
  const { component } = stage.scene;
  const options = jobOf(stage, { job });
  const { args, env } = invocationOf(component, options);
  const child = spawn(process.execPath, [`--import=${hurry}`, join(programs, 'main.js'), component.name, ...args], {
    cwd: options.root,
    env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: stage.emulator.url, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
  return { child, root: options.root, log: () => text };
}

async function startAndKillProcess(stage: Stage, death: Death): Promise<unknown> {
  const { reached, over } = awaitDeath(stage.emulator, death);
  const { child, root, log } = startProcess(stage, '1');
  await reached;
  child.kill('SIGKILL');
  const [, signal] = await once(child, 'close');
  refuseSecrets({ texts: [log()], folders: [root] }, stage.emulator.secrets);
  over();
  return signal;
}

async function undisturbed(scene: Scene) {
  const stage = await setStage(scene);
  const job = await start(stage);
  const calls = stage.emulator.calls.map(({ operation }) => operation);
  const left = { told: told(job), changes: changes(stage.emulator), aws: holdings(stage.emulator) };
  return { calls, left };
}

/** Each program in one of its scenes; killed.test.ts has them all, in process. */
const samples = [startingTraining, checking, approving, rejecting, updatingEndpoint, proving];

describe.each(samples)('a process killed when $about', (scene) => {
  it.each([
    ['has its answer', true],
    ['has taken effect and no answer came', false],
  ])(
    'and any of its calls %s, is run again and ends the same',
    async (_, answered) => {
      const { calls, left } = await undisturbed(scene);
      for (const [index, operation] of calls.entries()) {
        const stage = await setStage(scene, machineClock());
        const { emulator } = stage;
        const end = await startAndKillProcess(stage, { call: index + 1, answered });
        // The answer to its last call lets it end well, unless it is killed before.
        if (index + 1 < calls.length || !answered) expect(end).toBe('SIGKILL');

        const { child, root, log } = startProcess(stage, '2');
        const [exit] = await once(child, 'close');
        refuseSecrets({ texts: [log()], folders: [root] }, emulator.secrets);
        const job = { exit, ...reportsOf(scene.component.name, { root }) };
        expect(
          { told: told(job), changes: changes(emulator), aws: holdings(emulator) },
          `killed at call ${index + 1}, ${operation}:\n${log()}`,
        ).toEqual(left);
        await emulator.close();
      }
    },
    60_000,
  );
});
