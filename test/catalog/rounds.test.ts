import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../bench/jobs.ts';
import { setStage, start } from '../interruption/killing.ts';
import { answerInRounds } from '../interruption/rounds.ts';
import { type Scene, updatingPipeline } from '../interruption/scenes.ts';
import { code, fill, table } from './markdown.ts';
import { rounds as expectedRounds } from './rounds.ts';
import { stale } from './tell.ts';

/** Turns of the event loop: whatever is sent side by side has arrived by then. */
const PATIENCE = 1_000;

/** Runs the job of a scene, and says what it asked in each round. */
async function roundsOf(scene: Scene, sizes: readonly number[]): Promise<string[][]> {
  const stage = await setStage(scene);
  const { endpoints, executions } = stage.emulator;
  for (const { pace } of [endpoints, executions]) Object.assign(pace, { describes: 0, milliseconds: 0 });
  const rounds = answerInRounds(stage.emulator, { sizes, patience: PATIENCE });
  const { exit, log } = await start(stage);
  expect(exit, log).toBe(0);
  return rounds.map((round) => round.map(({ operation }) => operation).sort());
}

describe.each(Object.entries(expectedRounds))('%s', (name, expected) => {
  it('asks AWS in so many rounds and no more, and asks the same as before in each', async () => {
    const job = jobs[name];
    if (!job) throw new Error(`bench/jobs.ts has no ${name}.`);
    const asked = expected.map(({ asks }) => [...asks].sort());
    const sizes = asked.map(({ length }) => length);
    expect(await roundsOf(job.scene, sizes)).toEqual(asked);
  });
});

it('deploy-pipeline of promote looks at the endpoint in no more rounds, before it changes anything', async () => {
  const asked = expectedRounds['deploy-pipeline'].map(({ asks }) =>
    asks.map((each) => each.replace('CreatePipeline', 'UpdatePipeline')),
  );
  asked[1]?.push('DescribeEndpoint', 'ListTags');
  const sizes = asked.map(({ length }) => length);
  expect(await roundsOf(updatingPipeline, sizes)).toEqual(asked.map((each) => each.sort()));
});

it('the page about speed says why each round is', async () => {
  const texts = Object.entries(expectedRounds).map(([name, each]) => {
    const rows = each.map(({ asks, why }, index) => [String(index + 1), asks.map(code).join(', '), why]);
    return `### ${name}: ${each.length}\n\n${table(['turn', 'at the same time', 'why, and why not sooner'], rows)}`;
  });
  const page = readFileSync(new URL('../../docs/speed.md', import.meta.url), 'utf8');
  const filled = fill(page, 'rounds', texts.join('\n\n'));
  await expect(filled, stale('docs/speed.md')).toMatchFileSnapshot('../../docs/speed.md');
});
