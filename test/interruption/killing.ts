import { onTestFinished, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { EmulatorClock } from '../../emulator/world.ts';
import { pauseAnswered } from '../components/answered.ts';
import { describedByFile, hostOf } from '../components/gitlab-file.ts';
import { type FinishedJob, type JobOptions, projectFolder, startJob } from '../components/job.ts';
import { leaveFiles } from '../components/load-workers.ts';
import type { Files, Scene } from './scenes.ts';

/** Files that a job reads at the commit. */
const OF_COMMIT = ['endpoint.yml', 'quality.yml'];
const readsCommit = (files: Files) => OF_COMMIT.some((name) => name in files);

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
  const files = scene.set(emulator);
  if (readsCommit(files)) await hostOf(emulator, files);
  return { scene, emulator, files };
}

/** A job of the scene, in a folder of its own, as every job of GitLab has one. */
export function jobOf({ scene, emulator, files }: Stage, more: Partial<JobOptions> = {}): JobOptions {
  const { inputs, environment } = scene;
  const root = projectFolder();
  leaveFiles(root, files);
  const { claims = {}, env = {} } = readsCommit(files) ? describedByFile(emulator) : {};
  return { emulator, root, inputs, environment, claims, env: { ...scene.env, ...env }, ...more };
}

export function start(stage: Stage, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return startJob(stage.scene.component, jobOf(stage, more));
}

/** Turns of the event loop in which a job that died still loads what it was about to ask with. */
const LAST_TURNS = 30;

/** Waits until the dead of an earlier test ask nothing more: they would ask the AWS of the next. */
export async function whenDeadAreSilent(): Promise<void> {
  for (let turn = 0; turn < LAST_TURNS; turn++) await new Promise((next) => setTimeout(next, 1));
}

/** A job dies at a call, its nth or its first of an operation: with the answer, or when it took effect and has no answer yet. */
export interface Death {
  readonly call: number | string;
  readonly answered: boolean;
}

/** Whether a job dies everywhere (`npm run test:thorough`), or, which `npm test` has the time for, wherever AWS is left otherwise. */
export const DIES_EVERYWHERE = process.env.KILLS === 'every';

/** A call that has no effect. */
const READING = /^(Describe|List|Get|BatchGet|AssumeRole|Simulate)/;

/**
 * Whether a death at a call leaves AWS otherwise than the one before it. Who dies before the answer to a read has died with the answer
 * to the call before it; and who dies with the answer to a read, with that to the change before it.
 */
export function leavesItsOwn(calls: readonly string[], index: number, answered: boolean): boolean {
  const isRead = (at: number) => READING.test(calls[at] ?? '');
  if (!answered) return !isRead(index);
  const isEnd = index === 0 || index === calls.length - 1;
  return DIES_EVERYWHERE || isEnd || !isRead(index) || !isRead(index + 1);
}

/** Whatever waits for this has ended. */
const never = new Promise<never>(() => undefined);

/** From the death of the job that starts next, nothing of it has an effect in AWS. */
export function awaitDeath(emulator: Emulator, { call: fatal, answered }: Death) {
  const [reached, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const before = emulator.calls.length;
  let last = typeof fatal === 'number' ? before + fatal : undefined;
  if (!answered)
    emulator.fault({
      kind: 'hang after',
      ...(typeof fatal === 'number' ? { operation: '*', nth: fatal } : { operation: fatal }),
    });
  emulator.onAsked = (call, number) => {
    if (call.operation === fatal) last ??= number;
    if (last === undefined || number <= last) return undefined;
    call.answer = 'none: its sender is dead, and it has no effect';
    next.resolve();
    return never;
  };
  emulator.onAnswered = (_, number) => {
    if (number === last) reached.resolve();
  };
  return {
    /** The fatal call has its answer, or its effect and no answer. */
    reached: reached.promise,
    /** The job has made use of the answer, and asks for something else. */
    next: next.promise,
    /** The job is gone; AWS is there for the next. */
    over() {
      emulator.onAsked = () => undefined;
      emulator.onAnswered = () => undefined;
      emulator.faults.clear();
    },
  };
}

/**
 * Starts a job and lets it die. From then on no time passes for it either: to the world, its process is gone. A job that dies
 * with the answer to its last call has done its work; nobody has heard of it.
 */
export async function startAndKill(
  stage: Stage,
  death: Death,
  more: Partial<JobOptions> = {},
): Promise<'dead' | 'finished'> {
  const { emulator } = stage;
  const { reached, next, over } = awaitDeath(emulator, death);
  let dead = false;
  const clock = {
    now: () => emulator.clock.now(),
    sleep: (milliseconds: number) => (dead ? never : pauseAnswered(emulator.clock, milliseconds)),
    random: () => 0.5,
  };
  const died = (death.answered ? next : reached).then(() => {
    dead = true;
  });
  await Promise.race([died, start(stage, { clock, ...more })]);
  over();
  return dead ? 'dead' : 'finished';
}
