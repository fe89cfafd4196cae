import { expect, it } from 'vitest';
import { emergencyClause, emergencyOf, isEmergency, overdueEmergency } from '../../src/registry/emergency.ts';
import { verdictValue } from '../components/handover.ts';
import { CONTENT, modelPackage } from './package.ts';

const approved = (version: number, words: Parameters<typeof verdictValue>[1], more: Record<string, string> = {}) =>
  modelPackage({ version, approval: 'Approved', metadata: { 'approved.uat': verdictValue(CONTENT, words), ...more } });

const CRISIS = { at: '2026-11-22T08:00Z', open: 'emergency', pipeline: '101' };
const at = (time: string) => new Date(`2026-11-${time}Z`);

it('an approval is one in an emergency where its open safety inputs say so', () => {
  expect([{ open: 'emergency' }, { open: 'protected+emergency' }].every(isEmergency)).toBe(true);
  expect([{}, { open: 'protected' }, { open: 'emergency_exit' }].some(isEmergency)).toBe(false);
});

it.each<[when: string, versions: ReturnType<typeof approved>[], now: Date, version: number | undefined]>([
  ['within a day', [approved(3, CRISIS)], at('23T07:59'), undefined],
  ['after a day', [approved(3, CRISIS)], at('23T08:00'), 3],
  [
    'after a day, of two',
    [approved(4, { ...CRISIS, at: '2026-11-22T08:30Z' }), approved(3, CRISIS)],
    at('25T08:00'),
    4,
  ],
  ['after an ordinary approval of the version', [approved(3, { at: '2026-11-22T09:00Z' })], at('25T08:00'), undefined],
  [
    'after its withdrawal',
    [approved(3, CRISIS, { 'withdrawn.uat': verdictValue(CONTENT, { at: '2026-11-22T09:00Z' }) })],
    at('25T08:00'),
    undefined,
  ],
  [
    'after an ordinary approval of a newer version',
    [approved(4, { at: '2026-11-22T09:00Z' }), approved(3, CRISIS)],
    at('25T08:00'),
    undefined,
  ],
  [
    'after an ordinary approval of another version before it',
    [approved(4, { at: '2026-11-22T08:10Z' }), approved(3, { ...CRISIS, at: '2026-11-22T08:20Z' })],
    at('25T08:00'),
    3,
  ],
  [
    'after an ordinary approval of another version in the same minute',
    [approved(4, { at: '2026-11-22T08:20Z' }), approved(3, { ...CRISIS, at: '2026-11-22T08:20Z' })],
    at('25T08:00'),
    3,
  ],
  [
    'after another emergency',
    [approved(4, { ...CRISIS, at: '2026-11-22T09:00Z' }), approved(3, CRISIS)],
    at('23T08:30'),
    3,
  ],
])('an emergency is overdue or not: %s', (_, versions, now, version) => {
  expect(overdueEmergency(versions, 'uat', now)?.version.version).toBe(version);
  expect(overdueEmergency(versions, 'dev', now)).toBeUndefined();
});

it('an emergency says who approved, and until when an ordinary approval is due', () => {
  const found = emergencyOf(approved(3, CRISIS), 'uat');
  expect(found && emergencyClause(found, 'uat')).toBe(
    'version 3 was approved for uat in an emergency by jane in pipeline 101 at 2026-11-22T08:00Z',
  );
  expect(found?.until).toEqual(at('23T08:00'));
});
