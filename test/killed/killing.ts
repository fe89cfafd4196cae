import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type FinishedJob, type JobOptions, projectFolder, startJob } from '../components/job.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { EmulatorClock } from '../emulator/world.ts';
import type { Files, Scene } from './scenes.ts';

/** AWS as a scene has it, and what a job finds in its folder. */
export interface Stage {
  readonly scene: Scene;
  readonly emulator: Emulator;
  readonly files: Files;
}

export async function setStage(scene: Scene, clock?: EmulatorClock): Promise<Stage> {
  const emulator = await startEmulator(clock ? { clock } : {});
  onTestFinished(() => emulator.close());
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
  return { scene, emulator, files: scene.set(emulator) };
}

/** A job of the scene, in a folder of its own, as every job of GitLab has one. */
export function jobOf({ scene, emulator, files }: Stage, more: Partial<JobOptions> = {}): JobOptions {
  const { inputs, environment, manual = false } = scene;
  const root = projectFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { emulator, root, inputs, environment, manual, ...more };
}

export function start(stage: Stage, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(stage.scene.component, jobOf(stage, more));
}

/** A job dies at its nth call: when it has the answer, or when the call has taken effect and its answer is not there yet. */
export interface Death {
  readonly call: number;
  readonly answered: boolean;
}

/** Whatever waits for this has ended. */
const never = new Promise<never>(() => undefined);

/**
 * Starts a job and lets it die. From then on nothing of it reaches AWS and no time passes for it: to the world, its process is
 * gone. A job that dies with the answer to its last call has done its work; nobody has heard of it.
 */
export async function startAndKill(
  stage: Stage,
  death: Death,
  more: Partial<JobOptions> = {},
): Promise<'dead' | 'finished'> {
  const { emulator } = stage;
  const last = emulator.calls.length + death.call;
  let dead = false;
  const died = new Promise<void>((resolve) => {
    const die = () => {
      dead = true;
      resolve();
    };
    emulator.onAsked = (call, number) => {
      if (number <= last) return undefined;
      call.answer = 'none: its sender is dead, and it has no effect';
      die();
      return never;
    };
    if (death.answered) return;
    emulator.fault({ operation: '*', nth: death.call, kind: 'hang after' });
    emulator.onAnswered = (_, number) => {
      if (number === last) die();
    };
  });
  const clock = {
    now: () => emulator.clock.now(),
    sleep: async (milliseconds: number) => (dead ? never : emulator.clock.advance(milliseconds)),
  };
  await Promise.race([died, start(stage, { clock, ...more })]);
  emulator.onAsked = () => undefined;
  emulator.onAnswered = () => undefined;
  emulator.faults.clear();
  return dead ? 'dead' : 'finished';
}
