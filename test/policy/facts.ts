// Loaded before any test, so that each mutant of what it makes as it is loaded meets all of them.
import '../../src/policy/sections.ts';
import { judgePolicy } from '../../src/policy/judge.ts';
import { type Policy, policyIn } from '../../src/policy/policy.ts';
import type { Facts } from '../../src/policy/rule.ts';
import { PROMOTION_PATH } from '../components/handover.ts';
import { modelPackage } from '../registry/package.ts';

/** What is known when the approver of uat is asked, unless a test says otherwise. */
export function factsOf(more: Partial<Facts> = {}): Facts {
  return {
    moment: 'approval',
    environment: 'uat',
    path: PROMOTION_PATH,
    version: modelPackage({ version: 1, approval: 'Approved' }),
    time: { is: 'known', now: new Date('2026-11-22T09:00:00Z') },
    measured: new Map(),
    changes: async () => ({ is: 'not told', because: 'nonsense', why: 'no test told' }),
    approver: { by: 'jane', userId: '57', comment: '', at: '2026-11-22T09:00Z' },
    ...more,
  };
}

/** A policy as it is for uat. */
export function policyOfUat(text: string): Promise<Policy> {
  return policyIn([{ name: 'policy.yml', content: Buffer.from(text), path: undefined }], 'uat');
}

/** What a policy of uat finds: `holds`, or the verdict with the value that was judged. */
export async function found(text: string, more: Partial<Facts> = {}): Promise<string> {
  const rules = await judgePolicy(await policyOfUat(text), factsOf(more));
  return rules.map(({ verdict, now }) => (verdict === 'holds' ? verdict : `${verdict}: ${now}`)).join('; ');
}
