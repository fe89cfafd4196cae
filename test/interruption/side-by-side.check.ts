import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { holdings, told } from './holdings.ts';
import { DIES_EVERYWHERE, type Stage, setStage, start, whenDeadAreSilent } from './killing.ts';
import { answerInRounds, type Round } from './rounds.ts';
import { loading, type Scene, scenes } from './scenes.ts';
import { jobOf } from './turns.ts';

const RUN_AGAIN_AFTER = 90_000;
/** Turns of the event loop: more than a job takes from the first request that it sends side by side to the last. */
const ALL_SENT = 6;

/** Whatever waits for this has ended. */
const never = new Promise<never>(() => undefined);

interface Calm {
  readonly rounds: readonly Round[];
  readonly left: { readonly told: unknown; readonly aws: unknown };
}

const calm = new Map<Scene, Promise<Calm>>();

function undisturbed(scene: Scene): Promise<Calm> {
  const known = calm.get(scene) ?? runUndisturbed(scene);
  calm.set(scene, known);
  return known;
}

async function runUndisturbed(scene: Scene): Promise<Calm> {
  await whenDeadAreSilent();
  const stage = await setStage(scene);
  const rounds = answerInRounds(stage.emulator, { sizes: [], patience: ALL_SENT });
  const job = await start(stage);
  expect(job.exit, job.log).toBe(0);
  return { rounds, left: { told: told(job), aws: holdings(stage.emulator) } };
}

/**
 * The choices of which of so many are answered: some, and not all; in `npm test` the first alone, and all but it. Of more than three, each alone and all but each: none of them
 * changes anything, as the test above holds.
 */
function choices(size: number): number[][] {
  const all = Array.from({ length: size }, (_, index) => index);
  if (!DIES_EVERYWHERE) return [[0], all.slice(1)];
  if (size > 3) return all.flatMap((one) => [[one], all.filter((each) => each !== one)]);
  const masks = Array.from({ length: 2 ** size - 2 }, (_, index) => index + 1);
  return masks.map((mask) => all.filter((index) => mask & (1 << index)));
}

/** A job receives some answers of a round, and dies. */
async function dieIn(
  stage: Stage,
  { rounds, number, chosen }: { rounds: readonly Round[]; number: number; chosen: readonly number[] },
): Promise<void> {
  const { emulator } = stage;
  const dead = Promise.withResolvers<void>();
  let isDead = false;
  answerInRounds(emulator, {
    sizes: rounds.map(({ length }) => length),
    patience: 1_000,
    answered(round, at) {
      if (at < number) return round;
      if (at > number) return [];
      isDead = true;
      const answers = round.filter((_, index) => chosen.includes(index));
      whenAnswered(emulator, answers, dead.resolve);
      return answers;
    },
  });
  const clock = {
    now: () => emulator.clock.now(),
    sleep: async (milliseconds: number) => (isDead ? never : emulator.clock.advance(milliseconds)),
    random: () => 0.5,
  };
  await Promise.race([dead.promise, start(stage, { clock })]);
  emulator.onAnswered = () => undefined;
  // What a dead job still asks has no answer.
  emulator.onAsked = (call) => (jobOf(call) === '1' ? never : undefined);
}

function whenAnswered(emulator: Emulator, answers: Round, done: () => void): void {
  let left = answers.length;
  emulator.onAnswered = (call) => {
    if (answers.includes(call)) left--;
    if (left === 0) done();
  };
}

/** A load is sent side by side on purpose, and its times never repeat. */
const repeating = scenes.filter((scene) => scene !== loading);

describe.each(repeating)('when $about', (scene) => {
  it('and sends a change, it sends nothing else at the same time', async () => {
    const { rounds } = await undisturbed(scene);
    for (const round of rounds.filter(({ length }) => length > 1))
      for (const { operation } of round) expect(operation).toMatch(/^(Describe|List|BatchGet)/);
  });

  it('and dies with any of the answers of a round, running it again ends the same', async () => {
    const { rounds, left } = await undisturbed(scene);
    for (const [number, round] of rounds.entries()) {
      for (const chosen of round.length > 1 ? choices(round.length) : []) {
        const stage = await setStage(scene);
        await dieIn(stage, { rounds, number, chosen });
        stage.emulator.clock.advance(RUN_AGAIN_AFTER);
        const again = await start(stage, { job: '2' });
        const answered = chosen.map((index) => round[index]?.operation).join(', ');
        const why = `killed in round ${number + 1} with ${answered}:\n${again.log}`;
        expect({ told: told(again), aws: holdings(stage.emulator) }, why).toEqual(left);
        await stage.emulator.close();
      }
    }
  }, 120_000);
});
