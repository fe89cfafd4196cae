import type { Emulator } from '../../emulator/emulator.ts';
import { type AutoscalingNote, noteText } from '../../src/endpoints/autoscaling/note.ts';
import { scaledVariant, type WantedAutoscaling, wantedAutoscaling } from '../../src/endpoints/autoscaling/wanted.ts';
import { autoscaling } from '../../src/endpoints/description/autoscaling.ts';

/** The section autoscaling of the endpoint file of the tests. */
export const SECTION = {
  minimum: 2,
  maximum: 12,
  invocations_per_instance: 300,
  schedules: {
    night: { schedule: 'cron(0 20 * * ? *)', timezone: 'Asia/Singapore', minimum: 1, maximum: 2 },
  },
};

/** An endpoint file; JSON is YAML, too. */
export const endpointFile = (description: object): string => JSON.stringify(description);

/** The tag of an endpoint that says what is noted of its autoscaling. */
export const NOTE = 'sagemaker-components:autoscaling';

export function wantedOf(endpoint: string, section: object = SECTION): WantedAutoscaling {
  return wantedAutoscaling(autoscaling.parse(section), endpoint, 'AllTraffic');
}

/** Scales an endpoint as a section says, and notes it as a deployment does. */
export function scaleBy(emulator: Emulator, endpoint: string, section: object = SECTION): void {
  const { of, bounds, policies, schedules, hash } = wantedOf(endpoint, section);
  emulator.do('RegisterScalableTarget', { ...of, MinCapacity: bounds.minimum, MaxCapacity: bounds.maximum });
  emulator.endpoints.settle(endpoint);
  for (const [PolicyName, TargetTrackingScalingPolicyConfiguration] of policies)
    emulator.do('PutScalingPolicy', {
      ...of,
      PolicyName,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration,
    });
  for (const [ScheduledActionName, request] of schedules)
    emulator.do('PutScheduledAction', { ...of, ScheduledActionName, ...request });
  note(emulator, endpoint, { is: 'in place', section: hash });
}

export function note(emulator: Emulator, endpoint: string, said: Exclude<AutoscalingNote, { is: 'unreadable' }>): void {
  emulator.tags.put(emulator.endpoints.arn(endpoint), [{ Key: NOTE, Value: noteText(said) }]);
}

/** Somebody takes the target of an endpoint away. */
export function deregister(emulator: Emulator, endpoint: string): void {
  emulator.do('DeregisterScalableTarget', { ...scaledVariant(endpoint, 'AllTraffic') });
}

/** What scales an endpoint, in a few words. */
export function scalingOf({ autoscaling: { targets, policies, schedules } }: Emulator, endpoint: string) {
  const { ResourceId } = scaledVariant(endpoint, 'AllTraffic');
  const target = targets.all.get(ResourceId);
  return {
    bounds: target && [target.minimum, target.maximum],
    policies: policies.all.flatMap((each) =>
      each.ResourceId === ResourceId
        ? [`${each.PolicyName} ${each.TargetTrackingScalingPolicyConfiguration?.TargetValue}`]
        : [],
    ),
    schedules: schedules.all.flatMap((each) =>
      each.ResourceId === ResourceId ? [`${each.ScheduledActionName} ${each.Schedule} ${each.Timezone}`] : [],
    ),
  };
}

/** What scales an endpoint by SECTION. */
export const IN_PLACE = {
  bounds: [2, 12],
  policies: ['sagemaker-components 300'],
  schedules: ['sagemaker-components-night cron(0 20 * * ? *) Asia/Singapore'],
};
export const NOT_SCALED = { bounds: undefined, policies: [], schedules: [] };
