import type { EndpointDecision } from '../../endpoints/decision.ts';
import type { ForeseenVersion, NothingForeseen, TrainingForeseen } from '../../preview/foresee.ts';

/** What a merge would come to, as far as AWS shows it now. */
export type Foreseen = ForeseenVersion | NothingForeseen | TrainingForeseen;

/** What deploy-model would do about the endpoint; `none` where it would not come so far, `unknown` where only AWS will show it. */
export type PlannedAct = EndpointDecision['do'] | 'none' | 'unknown';

/** Decides what deploy-model would do, by what it would decide itself. */
export function actOf(foreseen: Foreseen): PlannedAct {
  if (foreseen.is === 'nothing') return 'none';
  const { refused, destination, plan } = foreseen;
  if (refused) return 'refuse';
  if (!destination) return 'create';
  // Without a plan nobody knows how it serves; without a decision somebody deleted the endpoint right now.
  const decision = plan && destination.seen?.decision.do;
  return decision ?? 'unknown';
}
