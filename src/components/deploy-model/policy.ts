import { approverOf } from '../../policy/approver.ts';
import { judgePolicy, refuseUnlessPermitted, ruleLine } from '../../policy/judge.ts';
import { peopleOfEntry } from '../../policy/people.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Context } from '../../program/context.ts';
import { emergencyOf } from '../../registry/emergency.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';

/** Holds the policy once more, for whoever approved the version, as the registry says it. */
export async function holdAtDeployment(
  policy: Policy,
  { version, path }: { readonly version: ModelPackage; readonly path: readonly string[] },
  { job, log }: Context,
): Promise<void> {
  const { environment } = job;
  const approver = approverOf(version, environment);
  const people = peopleOfEntry(version, environment);
  const isEmergency = emergencyOf(version, environment) !== undefined;
  const facts = { moment: 'deployment', environment, path, version, approver, people, isEmergency } as const;
  const rules = await judgePolicy(policy, facts);
  for (const rule of rules) log.line(`  policy   ${ruleLine(rule)}`);
  refuseUnlessPermitted(rules, {
    environment,
    subject: `the deployment of ${displayName(version)}`,
    outcome: 'Nothing was changed.',
  });
}
