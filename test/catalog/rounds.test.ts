import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../bench/jobs.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { setStage, start } from '../interruption/killing.ts';
import { code, fill, table } from './markdown.ts';
import { rounds } from './rounds.ts';
import { stale } from './tell.ts';

/** Real milliseconds without another request, after which a round that is too small is let go on. */
const NOTHING_MORE = 5_000;

/** Answers nothing before all of a round has arrived. Returns the rounds as they came. */
function answerInRounds(emulator: Emulator, expected: readonly (readonly string[])[]): string[][] {
  const came: string[][] = [];
  const waiting: { operation: string; go(): void }[] = [];
  let late: NodeJS.Timeout | undefined;
  const release = () => {
    clearTimeout(late);
    const round = waiting.splice(0);
    came.push(round.map(({ operation }) => operation).sort());
    for (const { go } of round) go();
  };
  emulator.onAsked = ({ operation }) =>
    new Promise((go) => {
      waiting.push({ operation, go });
      clearTimeout(late);
      if (waiting.length >= (expected[came.length]?.length ?? 1)) return release();
      late = setTimeout(release, NOTHING_MORE);
    });
  return came;
}

describe.each(Object.entries(rounds))('%s', (name, expected) => {
  it('asks AWS in so many rounds and no more, and asks the same as before in each', async () => {
    const job = jobs[name];
    if (!job) throw new Error(`bench/jobs.ts has no ${name}.`);
    const stage = await setStage(job.scene);
    const { endpoints, executions } = stage.emulator;
    for (const { pace } of [endpoints, executions]) Object.assign(pace, { describes: 0, milliseconds: 0 });
    const asked = expected.map(({ asks }) => [...asks].sort());
    const came = answerInRounds(stage.emulator, asked);
    const { exit, log } = await start(stage);
    expect(exit, log).toBe(0);
    expect(came).toEqual(asked);
  });
});

it('the page about speed says why each round is', async () => {
  const texts = Object.entries(rounds).map(([name, each]) => {
    const rows = each.map(({ asks, why }, index) => [String(index + 1), asks.map(code).join(', '), why]);
    return `### ${name}: ${each.length}\n\n${table(['', 'at the same time', 'why, and why not sooner'], rows)}`;
  });
  const page = readFileSync(new URL('../../docs/speed.md', import.meta.url), 'utf8');
  const filled = fill(page, 'rounds', texts.join('\n\n'));
  await expect(filled, stale('docs/speed.md')).toMatchFileSnapshot('../../docs/speed.md');
});
