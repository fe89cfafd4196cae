import { describe, expect, it } from 'vitest';
import { entryValue } from '../../src/registry/entries.ts';
import { type BuildDecision, decideBuild } from '../../src/registry/provenance.ts';
import { verdictValue } from '../components/handover.ts';
import { COMMIT } from '../components/job.ts';
import { CONTENT, modelPackage } from './package.ts';

const EXECUTION = 'abcdefghijkl';
const OURS = { pipeline: '101', commit: COMMIT, execution: EXECUTION };
const built = (more: Partial<typeof OURS> = {}) => entryValue({ ...OURS, job: '3', at: '2026-11-22T08:00Z', ...more });
const approval = verdictValue(CONTENT);

/** What a version holds, whether this job started its training, and what is done. */
const RULES: readonly [
  holds: string,
  metadata: Record<string, string>,
  firstLook: boolean,
  does: BuildDecision['do'],
][] = [
  ['nothing', {}, true, 'write'],
  ['nothing', {}, false, 'write'],
  ['what the team writes', { rmse: '41250' }, true, 'write'],
  ['the entry of this pipeline', { built: built() }, true, 'nothing'],
  ['the entry of this pipeline', { built: built() }, false, 'nothing'],
  ['the entry of this pipeline and an approval', { built: built(), 'approved.dev': approval }, false, 'nothing'],
  ['the entry of this pipeline and an approval', { built: built(), 'approved.dev': approval }, true, 'refuse'],
  ['an approval', { 'approved.dev': approval }, true, 'refuse'],
  ['an approval', { 'approved.dev': approval }, false, 'refuse'],
  ['an entry that nobody can read', { 'validated.dev': 'yes' }, true, 'refuse'],
  ['the entry of another pipeline', { built: built({ pipeline: '100' }) }, true, 'refuse'],
  ['the entry of another pipeline', { built: built({ pipeline: '100' }) }, false, 'refuse'],
  ['the entry of another execution', { built: built({ execution: 'zyxwvutsrqpo' }) }, false, 'refuse'],
  ['the entry of another commit', { built: built({ commit: 'f'.repeat(40) }) }, false, 'refuse'],
  ['an entry of its training that nobody can read', { built: 'by hand' }, false, 'refuse'],
];

describe('what is done about a version that a training registered', () => {
  it.each(RULES)('with %s: %j, first look %s: %s', (_, metadata, firstLook, does) => {
    const version = modelPackage({ version: 1, approval: 'PendingManualApproval', metadata });
    expect(decideBuild(version, { ...OURS, firstLook }).do).toBe(does);
  });

  it('names the entries that arrived with it, and not the one of this pipeline', () => {
    const metadata = { built: built(), 'approved.dev': approval, rmse: '41250', 'validated.dev': 'yes' };
    const version = modelPackage({ version: 1, approval: 'Approved', metadata });
    const decision = decideBuild(version, { ...OURS, firstLook: true });
    expect(decision).toMatchObject({
      why: expect.stringMatching(/:\n {2}approved\.dev: by=jane [^\n]*\n {2}validated\.dev: yes$/),
    });
  });
});
