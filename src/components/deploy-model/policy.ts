import { approverOf } from '../../policy/approver.ts';
import { commonFacts, type FoundByCheck } from '../../policy/facts.ts';
import type { PolicyInputs } from '../../policy/inputs.ts';
import { judgePolicy, refuseUnlessPermitted, ruleLine } from '../../policy/judge.ts';
import { peopleOfEntry } from '../../policy/people.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Facts } from '../../policy/rule.ts';
import { refuseWhileOverdue } from '../../preview/overdue.ts';
import type { Context } from '../../program/context.ts';
import { emergencyOf } from '../../registry/emergency.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import type { HandedVersion } from './version.ts';

/** What is found where no record says it. */
const NOTHING_FOUND: FoundByCheck = { since: { is: 'unknown', why: 'no record says what was live' }, measured: {} };

interface AskedDeployment {
  readonly given: PolicyInputs;
  readonly version: ModelPackage;
  readonly handed: HandedVersion;
}

/** Holds the policy once more, for whoever approved the version, as the registry says it. */
export async function holdAtDeployment(
  policy: Policy,
  { given, version, handed }: AskedDeployment,
  context: Context,
): Promise<void> {
  const { job, log } = context;
  const { environment } = job;
  const { promotion_path: path, policy: found = NOTHING_FOUND } = handed;
  const approver = approverOf(version, environment);
  const people = peopleOfEntry(version, environment);
  const isEmergency = emergencyOf(version, environment) !== undefined;
  const facts: Facts = {
    ...commonFacts({ version, path, found }, context),
    moment: 'deployment',
    approver,
    people,
    isEmergency,
  };
  const rules = await judgePolicy(policy, facts);
  for (const rule of rules) log.line(`  policy   ${ruleLine(rule)}`);
  refuseUnlessPermitted(rules, {
    environment,
    subject: `the deployment of ${displayName(version)}`,
    outcome: 'Nothing was changed.',
  });
  await refuseWhileOverdue({ version, to: 'be deployed to', outcome: 'Nothing was changed.' }, given, context);
}
