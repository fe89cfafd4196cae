import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startGitLab } from '../../emulator/gitlab.ts';
import { COMMIT } from '../components/job.ts';
import { chosen } from './chosen.ts';
import { EVIDENCE_FILES, evidenceHistory, liveOnEvidence } from './evidence.ts';
import { answerNearby } from './nearby.ts';

// A load has no client of the SDK, which is answered nearby.
vi.mock('../../src/aws/invocations.ts', async (original) => ({
  ...(await original<typeof import('../../src/aws/invocations.ts')>()),
  prepareInvocations: (await import('./nearby.ts')).prepareNearby,
}));

/** What must come about for the property to mean something. */
const REACHED = [
  'evaluate: 0',
  'evaluate: died',
  'load: 0',
  'load: died',
  'another version served during a load',
  'compare: 0',
  'compare: 1',
  'compare: died',
  'stop: 0',
  'found and deleted',
];

it('whatever happens to the jobs that judge a version, nothing of them is left, and green means that it served', async () => {
  const gitlab = await startGitLab();
  const restore = answerNearby();
  onTestFinished(async () => {
    restore();
    await gitlab.close();
  });
  gitlab.commit(COMMIT, EVIDENCE_FILES);
  const tally = new Map<string, number>();
  const property = fc.asyncProperty(evidenceHistory, (history) => liveOnEvidence(history, { gitlab, tally }));
  await fc.assert(property, chosen({ runs: 45, seed: 13 }));
  expect([...tally.keys()]).toEqual(expect.arrayContaining(REACHED));
}, 600_000);
