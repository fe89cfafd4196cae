import type {
  ApplicationAutoScalingClient,
  ScalableTarget,
  ScalingPolicy,
  ScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import type { Bounds, ScaledVariant } from './wanted.ts';

/** What Application Auto Scaling knows of a variant. */
export interface LiveAutoscaling {
  /** `undefined` where the variant is not scaled; then it has neither policies nor schedules. */
  readonly target: LiveTarget | undefined;
  readonly policies: readonly ScalingPolicy[];
  readonly schedules: readonly ScheduledAction[];
}

interface LiveTarget extends Bounds {
  /** What somebody suspended: `DynamicScalingInSuspended`. */
  readonly suspended: readonly string[];
}

/**
 * Reads what scales a variant (AWS: DescribeScalableTargets, DescribeScalingPolicies, DescribeScheduledActions), all at once.
 */
export async function readAutoscaling(
  client: ApplicationAutoScalingClient,
  of: ScaledVariant,
): Promise<LiveAutoscaling> {
  const { ResourceId, ...rest } = of;
  const { paginateDescribeScalableTargets, paginateDescribeScalingPolicies, paginateDescribeScheduledActions } =
    await import('../../aws/application-auto-scaling.ts');
  const paging = { client, stopOnSameToken: true };
  const targets = all(
    paginateDescribeScalableTargets(paging, { ...rest, ResourceIds: [ResourceId] }),
    (page) => page.ScalableTargets,
  );
  const policies = all(paginateDescribeScalingPolicies(paging, of), (page) => page.ScalingPolicies);
  const schedules = all(paginateDescribeScheduledActions(paging, of), (page) => page.ScheduledActions);
  await Promise.allSettled([targets, policies, schedules]);
  const [target] = await targets;
  return { target: target && targetFrom(target), policies: await policies, schedules: await schedules };
}

async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(itemsOf(page) ?? []));
  return found;
}

function targetFrom({ MinCapacity, MaxCapacity, SuspendedState = {}, ResourceId }: ScalableTarget): LiveTarget {
  if (MinCapacity === undefined || MaxCapacity === undefined)
    throw new Error(`Application Auto Scaling described ${ResourceId} without its bounds.`);
  const suspended = Object.entries(SuspendedState).flatMap(([what, is]) => (is === true ? [what] : []));
  return { minimum: MinCapacity, maximum: MaxCapacity, suspended };
}
