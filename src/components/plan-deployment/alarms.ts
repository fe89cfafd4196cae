import { namedAlarmProblems } from '../../endpoints/rollout/release-alarms.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import type { Context } from '../../program/context.ts';
import type { Foreseen, PlannedAct } from './act.ts';

/** What is wrong with the alarms that the endpoint file names, a clause each; or why nobody looked at them. */
export type NamedAlarms =
  | { readonly is: 'looked at'; readonly problems: readonly string[] }
  | { readonly is: 'not looked at'; readonly why: string };

/**
 * Looks at the alarms that an endpoint file names, where an update would be watched by them (AWS: DescribeAlarms): one that is
 * missing or in ALARM stops deploy-model, unless that changes until then. The plan needs no permission for it.
 */
export async function lookAtNamedAlarms(
  foreseen: Foreseen,
  act: PlannedAct,
  { aws }: Pick<Context, 'aws'>,
): Promise<NamedAlarms | undefined> {
  const alarms = foreseen.is === 'nothing' ? undefined : foreseen.plan?.serving.description.alarms;
  if (act !== 'update' || !alarms || alarms.named.length === 0) return undefined;
  try {
    return { is: 'looked at', problems: await namedAlarmProblems(await aws.cloudwatch(), alarms) };
  } catch (error) {
    return { is: 'not looked at', why: inItsOwnWords(error) };
  }
}
