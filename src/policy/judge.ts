import { Failure } from '../ground/failure.ts';
import type { Policy, PolicySource } from './policy.ts';
import { type Facts, MOMENTS, type Rule, type RuleFinding } from './rule.ts';

/** A rule with what was found of it. */
export interface JudgedRule extends RuleFinding, Pick<Rule, 'name' | 'asks'> {
  /** The file that asks it. */
  readonly source: string;
  /** Whether a job of this moment ends because of it. */
  readonly refuses: boolean;
  /** What an emergency does about it, where it does not hold: it may be passed, or was. */
  readonly emergency?: 'may be passed' | 'passed';
}

/** Judges every rule of a policy: those of each file count, whatever another one says. */
export async function judgePolicy({ sources }: Policy, facts: Facts): Promise<readonly JudgedRule[]> {
  const all = sources.flatMap((source) => source.rules.map((rule) => judged(rule, source, facts)));
  return Promise.all(all);
}

async function judged(rule: Rule, source: PolicySource, facts: Facts): Promise<JudgedRule> {
  const finding = await rule.judge(facts);
  // Before anybody is asked, what only the approval shows is to come.
  const isAhead = facts.moment === 'check' && finding.verdict === 'to come';
  const isHeld = !isAhead && MOMENTS.indexOf(facts.moment) >= MOMENTS.indexOf(rule.heldFrom);
  const found = { ...finding, name: rule.name, asks: rule.asks, source: source.name };
  // After the question, what nobody has shown yet does not hold either.
  if (!isHeld || finding.verdict === 'holds') return { ...found, refuses: false };
  if (!isPassable(rule, source) || finding.isUnpassable) return { ...found, refuses: true };
  // Before anybody is asked, nobody knows whether it is an emergency.
  if (facts.moment === 'check') return { ...found, refuses: false, emergency: 'may be passed' };
  return facts.isEmergency
    ? { ...found, refuses: false, emergency: 'passed' }
    : { ...found, refuses: true, emergency: 'may be passed' };
}

/** A file says only of its own rules what an emergency may pass: `never` stands for each of those. */
function isPassable({ name }: Rule, { passable }: PolicySource): boolean {
  return passable.some((each) => name === each || name.startsWith(`${each} `));
}

/** `holds: comment (policy.yml) asks for a comment of the approver; now "RMSE fell"`. */
export function ruleLine({ verdict, name, source, asks, now, emergency }: JudgedRule): string {
  const passing =
    emergency && { passed: ' (passed in an emergency)', 'may be passed': ' (an emergency may pass it)' }[emergency];
  return `${verdict}: ${name} (${source}) asks for ${asks}; now ${now}${passing ?? ''}`;
}

/** Throws a Failure of kind "refused" that tells every rule that a job of this moment holds, and that does not hold. */
export function refuseUnlessPermitted(
  all: readonly JudgedRule[],
  { environment, subject, outcome }: { environment: string; subject: string; outcome: string },
): void {
  const against = all.filter(({ refuses }) => refuses);
  if (against.length === 0) return;
  const code = against.every(({ isTrouble }) => isTrouble) ? 'SMC-3305' : 'SMC-3301';
  const nexts = [...new Set(against.flatMap(({ next }) => next ?? []))];
  throw new Failure(
    code,
    `The policy of ${environment} does not permit ${subject}:\n${against.map((each) => `  ${ruleLine(each)}`).join('\n')}\n${outcome}`,
    nexts.join(' And: '),
  );
}
