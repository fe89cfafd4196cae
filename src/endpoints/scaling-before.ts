import type { Failure } from '../ground/failure.ts';
import type { ScalingContext } from './autoscaling/act.ts';
import type { ScalingChange } from './autoscaling/decision.ts';
import { type ScalingAround, scalingAround, untouched } from './autoscaling/scaling.ts';
import type { CurrentDeployment } from './current.ts';
import type { EndpointDecision } from './decision.ts';
import { capacityIn, instanceTypesOf } from './description/capacity.ts';
import type { EndpointDescription } from './description/description.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeploymentPlan } from './plan.ts';
import type { EndpointTags } from './tags.ts';

/** An endpoint, and what is decided about it. */
interface Decided {
  readonly endpoint: Endpoint | undefined;
  readonly tags: EndpointTags | undefined;
  readonly current: CurrentDeployment | undefined;
  readonly decision: EndpointDecision;
}

/**
 * What is to be done about autoscaling before a decision is carried out; or why it is refused. Nothing is asked where the decision
 * changes no endpoint.
 */
export async function scalingBefore(
  { endpoint, tags, current, decision }: Decided,
  { scaled, serving }: Pick<DeploymentPlan, 'scaled' | 'serving'>,
  context: Pick<ScalingContext, 'autoscaling' | 'region'>,
): Promise<ScalingAround | Failure> {
  if (!endpoint || (decision.do !== 'update' && decision.do !== 'delete')) return untouched(scaled);
  const change = decision.do === 'delete' ? 'deletion' : changeBy(current, serving.description);
  const running = endpoint.variants.find(({ name }) => name === scaled.variant)?.wantedInstances ?? 0;
  return scalingAround({ ...scaled, tag: tags?.autoscaling, change, running }, context);
}

/** What an update ends of an endpoint's autoscaling. An instance type that nobody knows any more counts as another. */
function changeBy(current: CurrentDeployment | undefined, description: EndpointDescription): ScalingChange {
  const [variant] = current?.config?.answer.ProductionVariants ?? [];
  const [before, after] = [variant && capacityIn(variant), description].map((each) => each && instanceTypesOf(each));
  return before?.join() === after?.join() ? 'none' : 'instance type';
}
