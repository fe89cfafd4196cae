import { keptInstances } from '../../endpoints/current.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { Fact } from '../../preview/approver-view.ts';
import type { ForeseenVersion, TrainingForeseen } from '../../preview/foresee.ts';
import type { PlannedAct } from './plan.ts';

/** How many instances run, and how many while both fleets do; nothing where no fleet is started. */
export function fleetFacts({ plan, destination }: ForeseenVersion | TrainingForeseen, act: PlannedAct): Fact[] {
  if (!plan || (act !== 'create' && act !== 'update' && act !== 'delete')) return [];
  const { description } = plan.serving;
  const current = destination?.seen?.current;
  const kept = destination && current && keptInstances(destination.endpoint, current, description);
  const then = fleet(kept ?? description.instance_count, description.instance_type);
  if (act !== 'update' || !destination)
    return [{ label: 'fleet', text: `${then}; nothing answers before that has started` }];
  const now = fleet(runningOn(destination.endpoint), liveType(destination.live.config?.answer));
  return [
    { label: 'fleet', text: now === then ? `${now}, as now` : `${then} (now ${now})` },
    {
      label: 'both',
      text: `${now} and ${then} run at the same time, and cost, until SageMaker has moved all requests`,
    },
  ];
}

/** Instances of one fleet in words: `2 x ml.m5.large`. */
const fleet = (count: number | undefined, type: string | undefined) =>
  `${count ?? 'an unknown number of instances'} x ${type ?? 'unknown'}`;

/** All instances of an endpoint; `undefined` where SageMaker does not say it of each variant. */
function runningOn({ variants }: Pick<Endpoint, 'variants'>): number | undefined {
  const counts = variants.map(({ instances }) => instances);
  return counts.every((count) => count !== undefined)
    ? counts.reduce((sum, count) => sum + (count ?? 0), 0)
    : undefined;
}

type ConfigAnswer = {
  readonly ProductionVariants?: readonly { readonly InstanceType?: string | undefined }[] | undefined;
};

function liveType(answer: ConfigAnswer | undefined): string | undefined {
  const types = new Set((answer?.ProductionVariants ?? []).flatMap(({ InstanceType }) => InstanceType ?? []));
  return types.size > 0 ? [...types].join(' and ') : undefined;
}
