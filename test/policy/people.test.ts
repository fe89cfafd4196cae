import { describe, expect, it } from 'vitest';
import { peopleOfEntry } from '../../src/policy/people.ts';
import { verdictValue } from '../components/handover.ts';
import { CONTENT, modelPackage } from '../registry/package.ts';

describe('how many people stand for an approval', () => {
  const told = (value?: string) => {
    const metadata: Record<string, string> = value === undefined ? {} : { 'approved.uat': value };
    return peopleOfEntry(modelPackage({ version: 1, approval: 'Approved', metadata }), 'uat');
  };

  it('is what its entry says, with their names', () => {
    const several = verdictValue(CONTENT, { people: '2', with: 'bob:58' });
    expect(told(several)).toEqual({ is: 'known', count: 2, words: '2 (jane/bob:58)' });
    expect(told(verdictValue(CONTENT, { people: '1' }))).toEqual({ is: 'known', count: 1, words: '1 (jane)' });
  });

  it.each([
    ['there is no entry', undefined],
    ['it cannot be read', 'by=jane'],
    ['it says nothing of that', verdictValue(CONTENT)],
  ])('is unknown where %s', (_, value) => {
    expect(told(value)).toMatchObject({ is: 'unknown', why: 'the approval does not say how many people gave it' });
  });
});
