import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { startGitLab } from '../../emulator/gitlab.ts';
import { COMMIT } from '../components/job.ts';
import { EVIDENCE_FILES, evidenceHistory, liveOnEvidence } from './evidence.ts';
import { answerNearby } from './nearby.ts';

/** What must come about for the property to mean something. */
const REACHED = [
  'evaluate: 0',
  'evaluate: died',
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
  await fc.assert(property, { numRuns: 40, seed: 7 });
  expect([...tally.keys()]).toEqual(expect.arrayContaining(REACHED));
}, 60_000);
