import { describe, expect, it } from 'vitest';
import { judgeEligibility, type PromotionCriteria } from '../../src/registry/eligibility.ts';
import type { Metadata } from '../../src/registry/entries.ts';
import { flawOf } from '../../src/registry/flaw.ts';
import { readRollback, standingWithdrawal } from '../../src/registry/withdrawal.ts';
import { validationValue, verdictValue } from '../components/handover.ts';
import { CONTENT, modelPackage } from './package.ts';

const ENVIRONMENTS = ['dev', 'uat', 'main'];
const rejection = verdictValue(CONTENT, { job: '55' });
const rollback = `${verdictValue(CONTENT, { job: '55' })} to=2`;
const approval = (over?: string) => verdictValue(CONTENT, { pipeline: '101', ...(over && { over }) });
const version = (metadata: Metadata) => modelPackage({ version: 3, approval: 'Approved', metadata });
const flaw = (metadata: Metadata, over?: { environment: string; job?: string }) =>
  flawOf(version(metadata), { environments: ENVIRONMENTS, over })?.is ?? 'none';

describe('a withdrawal by a rollback', () => {
  it.each<[given: string, metadata: Metadata, stands: boolean]>([
    ['stands', { 'withdrawn.main': rollback }, true],
    ['stands beside an approval that names nothing', { 'withdrawn.main': rollback, 'approved.main': approval() }, true],
    [
      'stands beside an approval over another one',
      { 'withdrawn.main': rollback, 'approved.main': approval('54') },
      true,
    ],
    [
      'stands beside an approval of another environment',
      { 'withdrawn.main': rollback, 'approved.uat': approval('55') },
      true,
    ],
    [
      'stands beside an approval that nobody can read',
      { 'withdrawn.main': rollback, 'approved.main': 'over=55' },
      true,
    ],
    [
      'falls by the approval of its environment that names it',
      { 'withdrawn.main': rollback, 'approved.main': approval('55') },
      false,
    ],
  ])('%s', (_, metadata, stands) => {
    expect(standingWithdrawal(version(metadata), 'main') !== undefined).toBe(stands);
    expect(flaw(metadata)).toBe(stands ? 'withdrawn' : 'none');
    expect(readRollback(version(metadata), 'main')).toMatchObject({ to: '2', overruled: !stands });
  });

  it.each<[given: string, over: { environment: string; job?: string }, answer: string]>([
    ['may be overruled where it was written', { environment: 'main' }, 'none'],
    ['may be overruled by who was shown it', { environment: 'main', job: '55' }, 'none'],
    ['may not be overruled by who was shown an earlier one', { environment: 'main', job: '54' }, 'withdrawn'],
    ['may not be overruled in another environment', { environment: 'uat' }, 'withdrawn'],
  ])('%s', (_, over, answer) => {
    expect(flaw({ 'withdrawn.main': rollback }, over)).toBe(answer);
  });

  it('says since when, who, and why', () => {
    const metadata = { 'withdrawn.main': rollback, 'withdrawn.main.comment': 'job=55 Wrong prices.' };
    expect(standingWithdrawal(version(metadata), 'main')?.why).toBe(
      'it was live in main until 2026-11-22T08:00Z, withdrawn by jane in pipeline 90, who went back to version 2, because "Wrong prices."',
    );
  });
});

describe('a rejection', () => {
  it.each<[given: string, metadata: Metadata]>([
    ['is final', { 'withdrawn.main': rejection }],
    [
      'is final beside an approval that names its job',
      { 'withdrawn.main': rejection, 'approved.main': approval('55') },
    ],
    ['is what an entry in an unknown format counts as', { 'withdrawn.main': 'to=2', 'approved.main': approval('55') }],
  ])('%s', (_, metadata) => {
    expect(standingWithdrawal(version(metadata), 'main')).toMatchObject({ final: true });
    for (const job of [undefined, '55'])
      expect(flaw(metadata, { environment: 'main', ...(job && { job }) })).toBe('withdrawn');
  });
});

describe('what a rollback withdrew', () => {
  const passed = (environment: string) => ({
    [`approved.${environment}`]: verdictValue(CONTENT),
    [`validated.${environment}`]: validationValue(CONTENT),
  });
  const criteria = (environment: string, more: Partial<PromotionCriteria> = {}): PromotionCriteria => ({
    environment,
    path: ENVIRONMENTS,
    source: 'registry',
    require_validation: true,
    require_evidence: [],
    count_bake_traffic: false,
    pipeline: '101',
    ...more,
  });

  it.each<[given: string, in_: string, criteria: PromotionCriteria, answer: 'fit' | 'unfit']>([
    ['is not offered', 'main', criteria('main'), 'unfit'],
    ['is offered to who names it', 'main', criteria('main', { named: true }), 'fit'],
    [
      'is offered to who names it in the first environment, though it is Approved',
      'dev',
      criteria('dev', { named: true }),
      'fit',
    ],
    ['is offered in no environment before', 'main', criteria('uat', { named: true }), 'unfit'],
    ['is offered in no environment after', 'dev', criteria('uat', { named: true }), 'unfit'],
  ])('%s', (_, where, asked, answer) => {
    const metadata = { ...passed('dev'), ...passed('uat'), [`withdrawn.${where}`]: rollback };
    expect(judgeEligibility(version(metadata), asked).is).toBe(answer);
  });

  it('is never offered after a rejection, whoever names it', () => {
    const metadata = { ...passed('dev'), ...passed('uat'), 'withdrawn.main': rejection };
    expect(judgeEligibility(version(metadata), criteria('main', { named: true })).is).toBe('unfit');
  });
});
