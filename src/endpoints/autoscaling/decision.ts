import type { TargetTrackingScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';
import { canonicalJson } from '../../ground/canonical-json.ts';
import type { LiveAutoscaling } from './live.ts';
import type { AutoscalingNote } from './note.ts';
import { type Bounds, isOurs, type ScheduleRequest, type WantedAutoscaling } from './wanted.ts';

/** One request to Application Auto Scaling. */
export type ScalingStep =
  | ({ readonly do: 'register' } & Bounds)
  | { readonly do: 'put policy'; readonly name: string; readonly tracking: TargetTrackingScalingPolicyConfiguration }
  | { readonly do: 'put schedule'; readonly name: string; readonly request: ScheduleRequest }
  | { readonly do: 'delete policy'; readonly name: string }
  | { readonly do: 'delete schedule'; readonly name: string }
  | { readonly do: 'deregister' };

interface KnownScaling {
  readonly live: LiveAutoscaling;
  /** What the endpoint file says; `undefined` where it has no section, or there is no file. */
  readonly wanted: WantedAutoscaling | undefined;
  readonly note: AutoscalingNote | undefined;
}

/** What of a change of the endpoint ends its autoscaling. */
export type ScalingChange = 'none' | EndingChange;
export type EndingChange = 'instance type' | 'deletion';

interface ScalingBefore extends KnownScaling {
  readonly change: ScalingChange;
  /** How many instances run. */
  readonly running: number;
}

/** What is lost with a target, and no endpoint file describes it. */
export type Lost =
  | ({ readonly is: 'target' } & Bounds)
  | { readonly is: 'suspension'; readonly what: string }
  | { readonly is: 'policy'; readonly name: string }
  | { readonly is: 'schedule'; readonly name: string };

export type ScalingDecision =
  | { readonly do: 'refuse'; readonly change: EndingChange; readonly lost: readonly Lost[] }
  | {
      readonly do: 'change';
      /** The note that stands before anything is done; `undefined` where there is nothing to remember. */
      readonly note: Extract<AutoscalingNote, { is: 'due' }> | undefined;
      /** In this order, before the change. */
      readonly steps: readonly ScalingStep[];
    };

/**
 * What is done about autoscaling before an endpoint is changed. Only what the endpoint file describes, or described at the
 * deployment before, is taken away. The minimum rises to what runs first, so that nothing is scaled in on the way.
 */
export function decideBefore({ live, wanted, note, change, running }: ScalingBefore): ScalingDecision {
  const ends = change !== 'none' && live.target !== undefined;
  const lost = lostWith({ live, wanted, note });
  if (change !== 'none' && lost.length > 0) return { do: 'refuse', change, lost };
  const bounds = boundsOf({ live, wanted, note });
  const due = wanted && bounds && (ends || stepsTo({ live, wanted, note }).length > 0);
  return {
    do: 'change',
    note: due ? { is: 'due', section: wanted.hash, ...bounds } : undefined,
    steps: ends && change === 'instance type' ? takingAway(live, running) : [],
  };
}

function takingAway({ target }: LiveAutoscaling, running: number): ScalingStep[] {
  if (!target) return [];
  const held = { minimum: Math.max(running, target.minimum), maximum: Math.max(running, target.maximum) };
  const raise = held.minimum > target.minimum ? [{ do: 'register', ...held } as const] : [];
  return [...raise, { do: 'deregister' }];
}

/** What would be lost with the target although no file describes it. */
function lostWith({ live, wanted, note }: KnownScaling): Lost[] {
  const { target, policies, schedules } = live;
  if (!target) return [];
  const { minimum, maximum, suspended } = target;
  const isDescribed = wanted !== undefined || (note !== undefined && isKnownBy(note, live));
  return [
    ...policies.flatMap(({ PolicyName: name = '' }) => (isOurs(name) ? [] : [{ is: 'policy', name } as const])),
    ...schedules.flatMap(({ ScheduledActionName: name = '' }) =>
      isOurs(name) ? [] : [{ is: 'schedule', name } as const],
    ),
    ...suspended.map((what) => ({ is: 'suspension', what }) as const),
    ...(isDescribed ? [] : [{ is: 'target', minimum, maximum } as const]),
  ];
}

/**
 * The bounds that the target is to have now: those that a note remembers; or those that it has, where the section or one of its
 * schedules has set them; or those of the section.
 */
function boundsOf({ live: { target }, wanted, note }: KnownScaling): Bounds | undefined {
  if (!wanted) return undefined;
  const noted = note?.is === 'due' && note.section === wanted.hash ? note : undefined;
  const known = [noted, target].find((each) => each && isSometime(each, wanted));
  return known ? { minimum: known.minimum, maximum: known.maximum } : wanted.bounds;
}

/** Whether bounds may hold at some time of the day: whoever may tag an endpoint could note any. */
function isSometime({ minimum, maximum }: Bounds, { minima, maxima }: WantedAutoscaling): boolean {
  return minima.includes(minimum) && maxima.includes(maximum);
}

/** What is missing between what is live and what the endpoint file says; nothing where it says nothing and nothing was ours. */
export function stepsTo({ live, wanted, note }: KnownScaling): ScalingStep[] {
  if (!wanted) return note ? leaving(live, note) : [];
  return [...registering({ live, wanted, note }), ...putting(live, wanted), ...removing(live, wanted)];
}

function registering(seen: KnownScaling): ScalingStep[] {
  const { target } = seen.live;
  const bounds = boundsOf(seen);
  if (!bounds || (target?.minimum === bounds.minimum && target.maximum === bounds.maximum)) return [];
  return [{ do: 'register', ...bounds }];
}

function putting(live: LiveAutoscaling, { policies, schedules }: WantedAutoscaling): ScalingStep[] {
  const trackedAs = new Map(
    live.policies.map(({ PolicyName, ...policy }) => [
      PolicyName,
      comparable(policy.TargetTrackingScalingPolicyConfiguration),
    ]),
  );
  const plannedAs = new Map(
    live.schedules.map(({ ScheduledActionName, ...each }) => [ScheduledActionName, planOf(each)]),
  );
  return [
    ...[...policies].flatMap(([name, tracking]) =>
      trackedAs.get(name) === comparable(tracking) ? [] : [{ do: 'put policy', name, tracking } as const],
    ),
    ...[...schedules].flatMap(([name, request]) =>
      plannedAs.get(name) === planOf(request) ? [] : [{ do: 'put schedule', name, request } as const],
    ),
  ];
}

/** What was ours, by its name, and is no longer wanted. */
function removing(live: LiveAutoscaling, wanted?: Pick<WantedAutoscaling, 'policies' | 'schedules'>): ScalingStep[] {
  const isOld = (name: string, known: ReadonlyMap<string, unknown> | undefined) => isOurs(name) && !known?.has(name);
  return [
    ...live.policies.flatMap(({ PolicyName: name = '' }) =>
      isOld(name, wanted?.policies) ? [{ do: 'delete policy', name } as const] : [],
    ),
    ...live.schedules.flatMap(({ ScheduledActionName: name = '' }) =>
      isOld(name, wanted?.schedules) ? [{ do: 'delete schedule', name } as const] : [],
    ),
  ];
}

/** The section is gone from the file: what was ours goes, and the target with it where nobody else uses it. */
function leaving(live: LiveAutoscaling, note: AutoscalingNote): ScalingStep[] {
  if (!live.target) return [];
  // A target that goes takes its policies and schedules with it.
  return namesIn(live).every(isOurs) && isKnownBy(note, live) ? [{ do: 'deregister' }] : removing(live);
}

/** The names of what scales a target: of the policies and of the scheduled actions, each in order. */
export function namesIn({ policies, schedules }: Pick<LiveAutoscaling, 'policies' | 'schedules'>): string[] {
  return [
    ...policies.map(({ PolicyName: name = '' }) => name).sort(),
    ...schedules.map(({ ScheduledActionName: name = '' }) => name).sort(),
  ];
}

/** Whether a note tells that a file described the target. Of one that nobody can read, only what is ours by its name does. */
function isKnownBy(note: AutoscalingNote, live: LiveAutoscaling): boolean {
  return note.is !== 'unreadable' || namesIn(live).some(isOurs);
}

/** AWS leaves out what is as usual. */
function comparable(tracking: TargetTrackingScalingPolicyConfiguration | undefined): string {
  if (!tracking) return '';
  const { DisableScaleIn = false, CustomizedMetricSpecification: custom, ...rest } = tracking;
  const dimensions = [...(custom?.Dimensions ?? [])].map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return canonicalJson({ ...rest, DisableScaleIn, custom: custom && { ...custom, Dimensions: dimensions } });
}

interface Plan {
  readonly Schedule?: string | undefined;
  readonly Timezone?: string | undefined;
  readonly StartTime?: Date | undefined;
  readonly EndTime?: Date | undefined;
  readonly ScalableTargetAction?: ScheduleRequest['ScalableTargetAction'] | undefined;
}

function planOf({ Schedule = '', Timezone = 'UTC', StartTime, EndTime, ScalableTargetAction }: Plan): string {
  const zone = Schedule.startsWith('rate') ? undefined : Timezone;
  return canonicalJson({ Schedule, zone, StartTime, EndTime, ScalableTargetAction });
}
