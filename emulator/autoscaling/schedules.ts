import type * as api from '@aws-sdk/client-application-auto-scaling';
import { digest, type Given } from '../sagemaker/service.ts';
import type { World } from '../world.ts';
import { described, invalid, notFound, type ScalableTargets } from './targets.ts';

export type Schedule = Given<api.ScheduledAction>;
type Put = Given<api.PutScheduledActionCommandInput>;

/** Scheduled actions. None takes place by itself: a test says when one does. */
export class Schedules {
  all: Schedule[] = [];
  readonly #world: World;
  readonly #targets: ScalableTargets;

  constructor(world: World, targets: ScalableTargets) {
    this.#world = world;
    this.#targets = targets;
  }

  put = (input: Put): void => {
    this.#targets.mustHave(input, 'registered');
    const before = this.#find(input);
    const schedule = mustBeASchedule(input.Schedule ?? before?.Schedule);
    const action = mustBeAnAction(input.ScalableTargetAction ?? before?.ScalableTargetAction);
    if (input.Timezone !== undefined) mustBeATimezone(input.Timezone);
    const { region, account, clock } = this.#world;
    const id = digest('scheduled action', input.ResourceId, input.ScheduledActionName).slice(0, 36);
    const put: Schedule = {
      ...before,
      ...input,
      Schedule: schedule,
      ScalableTargetAction: action,
      ScheduledActionARN: `arn:aws:autoscaling:${region}:${account}:scheduledAction:${id}:resource/sagemaker/${input.ResourceId}:scheduledActionName/${input.ScheduledActionName}`,
      CreationTime: before?.CreationTime ?? clock.now(),
    };
    // "If you don't specify start and end times, the old values are deleted."
    if (!input.StartTime) delete put.StartTime;
    if (!input.EndTime) delete put.EndTime;
    this.all = [...this.all.filter((each) => each !== before), put];
  };

  delete = (input: Given<api.DeleteScheduledActionCommandInput>): void => {
    const found = this.#find(input);
    if (!found)
      throw notFound(
        `No scheduled action found for ${described(input)}, scheduled action name: ${input.ScheduledActionName}`,
      );
    this.all = this.all.filter((each) => each !== found);
  };

  /** Its time has come. */
  takePlace(resource: string, name: string): void {
    const found = this.#find({ ResourceId: resource, ScheduledActionName: name });
    if (!found?.ScalableTargetAction) throw new Error(`The emulator has no scheduled action ${name} of ${resource}.`);
    this.#targets.rebound(resource, found.ScalableTargetAction);
  }

  #find(named: Pick<Put, 'ResourceId' | 'ScheduledActionName'>): Schedule | undefined {
    return this.all.find(
      ({ ResourceId, ScheduledActionName }) =>
        ResourceId === named.ResourceId && ScheduledActionName === named.ScheduledActionName,
    );
  }
}

const SCHEDULE = /^(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$/;

function mustBeASchedule(schedule: string | undefined): string {
  if (schedule === undefined) throw invalid('Schedule must be specified');
  if (!SCHEDULE.test(schedule)) throw invalid(`Schedule expression is not valid: ${schedule}`);
  return schedule;
}

function mustBeAnAction(action: Given<api.ScalableTargetAction> | undefined): Given<api.ScalableTargetAction> {
  const { MinCapacity: minimum, MaxCapacity: maximum } = action ?? {};
  if (!action || (minimum === undefined && maximum === undefined))
    throw invalid('At least one of MinCapacity and MaxCapacity must be specified in ScalableTargetAction');
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    throw invalid('Maximum capacity cannot be less than minimum capacity');
  return action;
}

function mustBeATimezone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw invalid(`Timezone is not valid: ${zone}`);
  }
}
