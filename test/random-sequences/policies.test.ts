import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { startGitLab } from '../../emulator/gitlab.ts';
import { chosen } from './chosen.ts';
import { answerNearby } from './nearby.ts';
import { liveUnderPolicies, policyHistory } from './policies.ts';
import { POLICIES } from './policies-known.ts';

/** What must come about for the property to mean something. */
const REACHED = [
  'check-model: 0',
  'approve-model: 0',
  'approve-model: 0 in an emergency',
  'approve-model: SMC-3301',
  'approve-model: SMC-3305',
  'approve-model: SMC-3108',
  'approve-model: SMC-3306',
  'deploy-model: 0',
  'deploy-model: SMC-3301',
  ...POLICIES.map((policy) => `approved under ${JSON.stringify(policy)}`),
];

it('whoever says whatever in whatever order, nothing is approved or deployed that the policy of its commit forbids', async () => {
  const gitlab = await startGitLab();
  const restore = answerNearby();
  onTestFinished(async () => {
    restore();
    await gitlab.close();
  });
  const tally = new Map<string, number>();
  const property = fc.asyncProperty(policyHistory, (history) => liveUnderPolicies(history, { gitlab, tally }));
  await fc.assert(property, chosen({ runs: 30, seed: 14 }));
  expect([...tally.keys()]).toEqual(expect.arrayContaining(REACHED));
}, 600_000);
