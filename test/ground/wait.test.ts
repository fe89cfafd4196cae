import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { passingTrouble } from '../../src/aws/trouble.ts';
import { type PollResult, waitFor } from '../../src/ground/wait.ts';

/** A clock that passes only by being slept on. */
function clockOf() {
  let now = Date.parse('2026-11-22T08:00:00Z');
  const pauses: number[] = [];
  const sleep = async (milliseconds: number) => {
    pauses.push(milliseconds);
    now += milliseconds;
  };
  return { pauses, clock: { now: () => new Date(now), sleep, random: () => 0.5 } };
}

async function wait(looks: (PollResult<string> | Error)[], seconds = 3600) {
  const { clock, pauses } = clockOf();
  const said: string[] = [];
  const last = looks[looks.length - 1];
  let at = 0;
  const look = async () => {
    const seen = looks[at++] ?? last;
    if (seen instanceof Error) throw seen;
    return seen ?? pending('nothing');
  };
  const deadline = { at: new Date(clock.now().getTime() + seconds * 1000), because: 'max_wait_time' };
  const answer = await waitFor(look, {
    clock,
    interval: 30,
    deadline,
    tolerate: passingTrouble,
    onChange: (saying, elapsed) => said.push(`${elapsed}: ${saying}`),
  });
  return { answer, pauses, said };
}

const pending = (saying: string): PollResult<string> => ({ is: 'pending', saying });
const settled = (answer: string): PollResult<string> => ({ is: 'settled', answer });
const named = (name: string) => Object.assign(new Error('Rate exceeded'), { name });

describe('waiting', () => {
  it('does not pause at all for what is settled already', async () => {
    expect(await wait([settled('done')])).toMatchObject({ answer: { is: 'settled', answer: 'done' }, pauses: [] });
  });

  it('looks often at first and then at the interval, with jitter', async () => {
    const { pauses } = await wait([...Array.from({ length: 9 }, () => pending('Creating')), settled('done')]);
    expect(pauses.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 16000]);
    for (const pause of pauses.slice(6)) expect(Math.abs(pause - 30_000)).toBeLessThanOrEqual(3000);
  });

  it('tells each change once, with the time that has passed', async () => {
    const { said } = await wait([pending('Creating'), pending('Creating'), pending('Baking'), settled('done')]);
    expect(said).toEqual(['0 s: Creating', '2 s: Baking']);
  });

  it('ends at the deadline, saying what was pending and whose limit it was', async () => {
    const { answer, pauses } = await wait([pending('Updating')], 60);
    expect(answer).toEqual({ is: 'out of time', saying: 'Updating', after: '1 min', because: 'max_wait_time' });
    // A pause may be of a fraction of a millisecond, which a date does not hold.
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeCloseTo(60_000, -1);
  });

  it.each(['ThrottlingException', 'TimeoutError'])(
    'goes on when a look fails for a passing reason (%s)',
    async (name) => {
      expect(await wait([named(name), settled('done')])).toMatchObject({ answer: { is: 'settled' } });
    },
  );

  it.each(['AccessDeniedException', 'ExpiredTokenException', 'ValidationException', 'WeirdException'])(
    'ends when a look fails for good (%s)',
    async (name) => {
      const unlikely = Object.assign(new Error('No.'), { name });
      await expect(wait([unlikely])).rejects.toThrow('No.');
    },
  );
});

it('a pause is made only where a deadline bounds it', () => {
  const folder = join(import.meta.dirname, '../../src');
  const pausing = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && /\.sleep\(/.test(readFileSync(join(folder, path), 'utf8')))
    .sort();
  // A load has a duration, and what is sent between two looks ends with the pause between them; a clock is compared with ten
  // answers, and GitLab is asked eight times.
  const bounded = [
    'aws/retry.ts',
    'components/load-test/generator.ts',
    'components/load-test/workers/clock-check.ts',
    'components/load-test/workers/send.ts',
    'endpoints/rollout/own-traffic.ts',
    'gitlab/patience.ts',
  ];
  expect(pausing).toEqual([...bounded, 'ground/wait.ts']);
});
