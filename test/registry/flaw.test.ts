import { describe, expect, it } from 'vitest';
import { flawOf } from '../../src/registry/flaw.ts';
import { CONTENT, modelPackage } from './package.ts';

const expected = { group: 'ResalePriceModelGroup', content: CONTENT, environments: ['dev', 'uat', 'main'] };
const sound = { version: 3, approval: 'Approved' } as const;
const withdrawn = (environment: string, entry: string) => ({ metadata: { [`withdrawn.${environment}`]: entry } });
const ENTRY = `by=jane pipeline=90 job=7 commit=8b1a at=2026-11-22T08:00Z content=${CONTENT}`;

describe('a version that must not go on', () => {
  it.each([
    ['is in another group', { group: 'Churn' }, 'it is in the group Churn, not in ResalePriceModelGroup'],
    [
      'was built by nobody knows whom',
      { metadata: { built: 'yes' } },
      'the entry that tells who built it has an unknown format',
    ],
    ['is not completed', { status: 'Failed' as const }, 'its status is Failed'],
    ['was withdrawn', withdrawn('uat', ENTRY), 'it was withdrawn in uat by jane in pipeline 90 at 2026-11-22T08:00Z'],
    [
      'was withdrawn for a reason',
      { metadata: { 'withdrawn.uat': ENTRY, 'withdrawn.uat.comment': 'job=7 Too coarse.' } },
      'by jane in pipeline 90 at 2026-11-22T08:00Z: "Too coarse."',
    ],
    ['was withdrawn by an entry that is not ours', withdrawn('main', 'yes'), 'it was withdrawn in main ("yes")'],
    ['has other content', { content: 'f'.repeat(32) }, 'its content changed after check-model showed it'],
  ])('%s', (_, seen, why) => {
    expect(flawOf(modelPackage({ ...sound, ...seen }), expected)?.why).toContain(why);
  });

  it('is told that a rejection is final before anything else that is wrong', () => {
    const both = { ...withdrawn('dev', ENTRY), status: 'Failed' as const, content: 'f'.repeat(32) };
    expect(flawOf(modelPackage({ ...sound, ...both }), expected)).toMatchObject({ is: 'withdrawn' });
  });
});

describe('a version that may go on', () => {
  it.each([
    ['whose group SageMaker spells in lower case', { group: 'resalepricemodelgroup' }, expected],
    ['withdrawn in an environment that is not on the path', withdrawn('hotfix', ENTRY), expected],
    ['that was just found, so that nothing is compared yet', {}, { environments: ['dev'] }],
  ])('%s', (_, seen, against) => {
    expect(flawOf(modelPackage({ ...sound, ...seen }), against)).toBeUndefined();
  });
});
