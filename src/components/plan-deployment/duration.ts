import { duration } from '../../ground/clock.ts';
import type { Fact } from '../../pages/page.ts';
import { environmentBefore, type PromotionCriteria } from '../../registry/eligibility.ts';
import { readApproval, readValidation } from '../../registry/entries.ts';
import { displayName, type ModelPackage } from '../../registry/packages.ts';
import type { Foreseen, PlannedAct } from './act.ts';

/** How long a deployment takes, as far as an earlier one tells: SageMaker says it of none before. Nothing where none is made. */
export function durationFacts(foreseen: Foreseen, act: PlannedAct, criteria: PromotionCriteria): Fact[] {
  if (act !== 'create' && act !== 'update' && act !== 'delete') return [];
  const known = foreseen.is === 'version' ? passed(foreseen.live.version, criteria.environment) : undefined;
  const before = environmentBefore(criteria);
  const promoted = foreseen.is === 'version' ? passed(foreseen.candidate, before) : undefined;
  const took = known ?? promoted ?? 'no earlier deployment tells how long that is';
  const strategy = foreseen.is === 'nothing' ? undefined : foreseen.plan?.serving.description.strategy;
  const waits = act === 'update' && strategy !== undefined && strategy.wait > 0;
  const lasts = `as long as the new containers need to start${waits ? ', and the strategy waits' : ''}`;
  return [{ label: 'duration', text: `${lasts}; ${took}` }];
}

/** How long a version took in an environment from its approval to its validation; `undefined` where the registry does not tell. */
function passed(version: ModelPackage | undefined, environment: string | undefined): string | undefined {
  if (!version || environment === undefined) return undefined;
  const [approval, validation] = [readApproval(version, environment), readValidation(version, environment)];
  if (approval.is !== 'read' || validation.is !== 'read') return undefined;
  if (approval.value.pipeline !== validation.value.pipeline) return undefined;
  const took = Date.parse(validation.value.at) - Date.parse(approval.value.at);
  if (!(took > 0)) return undefined;
  return `${displayName(version)} took ${duration(took)} in ${environment} from its approval to its validation`;
}
