import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type EvidenceEntry, entryValue, readEvidence } from '../../src/registry/entries.ts';
import { ENTRY_KEYS, EVIDENCE } from '../../src/registry/entry-keys.ts';
import { evidenceWanted, lackOfEvidence } from '../../src/registry/evidence.ts';
import { readTemplate } from '../catalog/template.ts';
import { CONTENT, modelPackage } from './package.ts';

const entry: EvidenceEntry = {
  verdict: 'good',
  n: '1200',
  data: 'd'.repeat(32),
  report: 'e'.repeat(32),
  pipeline: '201',
  job: '7001',
  at: '2026-11-22T08:30Z',
  content: CONTENT,
};
const withEvidence = (raw: string) =>
  modelPackage({ version: 3, approval: 'Approved', metadata: { 'quality.uat': raw } });
const lack = (change: Partial<EvidenceEntry>) =>
  lackOfEvidence(withEvidence(entryValue({ ...entry, ...change })), 'quality', 'uat');

describe('the evidence of a version', () => {
  it('is read as it was written, and speaks for the content that it is of', () => {
    const version = withEvidence(entryValue(entry));
    expect(readEvidence(version, 'quality', 'uat')).toEqual({ is: 'read', value: entry });
    expect(lackOfEvidence(version, 'quality', 'uat')).toBeUndefined();
  });

  it('of one kind or environment is none of another', () => {
    const version = withEvidence(entryValue(entry));
    expect(lackOfEvidence(version, 'load', 'uat')).toBe('it has no load evidence of uat (load.uat)');
    expect(lackOfEvidence(version, 'quality', 'dev')).toBe('it has no quality evidence of dev (quality.dev)');
  });

  it.each([
    [{ verdict: 'bad' } as const, 'its quality evidence of uat is bad'],
    [{ verdict: 'inconclusive' } as const, 'its quality evidence of uat is inconclusive'],
    [{ content: 'c'.repeat(32) }, 'its quality evidence of uat is of other content than it has now'],
    [{ open: 'inconclusive' }, 'its quality evidence of uat has an open safety input (open=inconclusive)'],
    [{ at: '2026-11-22T07:00Z' }, /^its quality evidence of uat is older than the version: "/],
  ])('with %j does not speak for it', (change, why) => {
    expect(lack(change)).toMatch(why);
  });

  it.each([
    ['is a word', 'good'],
    ['has an unknown verdict', entryValue(entry).replace('verdict=good', 'verdict=fine')],
    ['counts no whole rows', entryValue(entry).replace('n=1200', 'n=12.5')],
    ['has a hash that is none', entryValue(entry).replace(/data=\w+/, 'data=latest')],
    ['has a word that we do not write', `${entryValue(entry)} trust=me`],
  ])('that %s is not believed', (_, raw) => {
    expect(lackOfEvidence(withEvidence(raw), 'quality', 'uat')).toBe(
      `its quality evidence of uat has an unknown format: "${raw}"`,
    );
  });

  it('has values no longer than the table of keys says', () => {
    const longest = entryValue({
      ...entry,
      verdict: 'inconclusive',
      n: '9'.repeat(12),
      pipeline: '9'.repeat(10),
      job: '9'.repeat(11),
      open: 'inconclusive+take_over',
    });
    for (const kind of EVIDENCE) expect(ENTRY_KEYS.find((row) => row.kind === kind)?.longest).toBe(longest.length);
  });
});

describe('the evidence that is asked for', () => {
  it('is of a kind, of an environment, and on data, as it is written', () => {
    expect(z.parse(evidenceWanted, 'quality, load.uat,comparison.uat=3f2a91c07d5e, bake.dev')).toEqual([
      { kind: 'quality' },
      { kind: 'load', of: 'uat' },
      { kind: 'comparison', of: 'uat', data: '3f2a91c07d5e' },
      { kind: 'bake', of: 'dev' },
    ]);
  });

  it.each([
    'quality=3f2a91c07d5',
    'quality=3F2A91C07D5E',
    'quality=',
    'bake=3f2a91c07d5e',
    `quality=${'a'.repeat(65)}`,
  ])('is not %s: by fewer digits two data could be meant, and a bake has none', (text) => {
    expect(z.safeParse(evidenceWanted, text).error?.issues[0]?.message).toBe(
      'must be a list of quality, load, comparison, bake, or empty; = and the SHA-256 of its data may follow all but bake',
    );
    const regex = readTemplate('check-model').inputs.find(({ name }) => name === 'require_evidence')?.regex;
    expect(regex).toBeDefined();
    expect(text).not.toMatch(new RegExp(regex ?? ''));
  });
});
