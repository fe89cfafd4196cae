import { describe, expect, it } from 'vitest';
import { type JudgedRule, judgePolicy, refuseUnlessPermitted } from '../../src/policy/judge.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Facts, RuleFinding } from '../../src/policy/rule.ts';
import { factsOf } from './facts.ts';

/** A policy of one rule that finds this, and that an emergency may pass or not. */
function policyThat(finding: RuleFinding, { passable = false, heldFrom = 'check' as const } = {}): Policy {
  const rule = { name: 'never trained', asks: 'somebody else', heldFrom, judge: () => finding };
  return {
    hash: '0'.repeat(12),
    sources: [{ name: 'policy.yml', rules: [rule], passable: passable ? ['never'] : [] }],
  };
}

const NOT: RuleFinding = { verdict: 'does not hold', now: 'jane' };
const UNKNOWN: RuleFinding = { verdict: 'unknown', now: 'unknown' };
const TO_COME: RuleFinding = { verdict: 'to come', now: 'nobody' };
const AFTER = { moment: 'approval', isEmergency: false } as const;
const URGENT = { moment: 'approval', isEmergency: true } as const;
const BEFORE = { moment: 'check', approver: undefined } as const;

describe('a rule that does not hold', () => {
  type Row = [
    when: string,
    finding: RuleFinding,
    passable: boolean,
    facts: Partial<Facts>,
    refuses: boolean,
    emergency?: string,
  ];
  it.each<Row>([
    ['holds, refuses nobody', { ...NOT, verdict: 'holds' }, false, AFTER, false],
    ['refuses before the question', NOT, false, BEFORE, true],
    ['that an emergency may pass refuses nobody before the question', NOT, true, BEFORE, false, 'may be passed'],
    ['that nobody knows refuses before the question', UNKNOWN, false, BEFORE, true],
    ['is to come before the question', TO_COME, false, BEFORE, false],
    ['that was to come refuses at the approval', TO_COME, false, AFTER, true],
    ['that an emergency may pass refuses without one', NOT, true, AFTER, true, 'may be passed'],
    ['is passed in an emergency that may', NOT, true, URGENT, false, 'passed'],
    ['is not passed in an emergency that may not', NOT, false, URGENT, true],
    ['that may hide a no is passed in no emergency', { ...UNKNOWN, isUnpassable: true }, true, URGENT, true],
  ])('%s', async (_, finding, passable, facts, refuses, emergency) => {
    const [judged] = await judgePolicy(policyThat(finding, { passable }), factsOf(facts));
    expect([judged?.refuses, judged?.emergency]).toEqual([refuses, emergency]);
  });
});

describe('a refusal', () => {
  const rule = (more: Partial<JudgedRule>): JudgedRule => ({
    ...{ name: 'comment', source: 'policy.yml', asks: 'a comment', verdict: 'unknown', now: 'none', refuses: true },
    ...more,
  });
  const about = { environment: 'uat', subject: 'this', outcome: 'Nothing was written.' };
  const refusal = (...rules: JudgedRule[]) => {
    try {
      refuseUnlessPermitted(rules, about);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it('names every rule that does not hold, and what helps', () => {
    expect(refusal(rule({ next: 'type one.' }), rule({ name: 'freeze', now: 'frozen', next: 'wait.' }))).toMatchObject({
      code: 'SMC-3301',
      message:
        'The policy of uat does not permit this:\n  unknown: comment (policy.yml) asks for a comment; now none\n  unknown: freeze (policy.yml) asks for a comment; now frozen\nNothing was written.',
      next: 'type one. And: wait.',
    });
    expect(refusal(rule({ refuses: false }))).toBeUndefined();
  });

  it('is one that GitLab retries only where nothing but trouble stands against it', () => {
    expect(refusal(rule({ isTrouble: true }))).toMatchObject({ code: 'SMC-3305' });
    expect(refusal(rule({ isTrouble: true }), rule({}))).toMatchObject({ code: 'SMC-3301' });
  });
});
