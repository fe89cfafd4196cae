/** What people are told of, and the components whose jobs tell it: the writing of an entry, or the asking for an approval. */
export const EVENTS = {
  approval_wanted: { by: ['check-model'], when: 'a version waits for the approval of a person' },
  approved: { by: ['approve-model'], when: 'a person approved a version' },
  emergency: {
    by: ['approve-model'],
    when: 'a person approved a version in an emergency, past rules of the policy: every channel is told, whatever events it lists',
  },
  rejected: { by: ['reject-model'], when: 'a person rejected a version' },
  deployed: { by: ['deploy-model'], when: 'an endpoint serves another version, or serves it otherwise' },
  rolled_back: {
    by: ['deploy-model', 'rollback-endpoint'],
    when: 'SageMaker rolled a deployment back, or a person took an endpoint back',
  },
  validated: { by: ['validate-endpoint'], when: 'a version answered the test request on its endpoint' },
  evidence: {
    by: ['evaluate-model', 'load-test', 'load-test-workers', 'compare-models'],
    when: 'evidence about a version was recorded, whatever it says',
  },
} as const satisfies Record<string, { readonly by: readonly string[]; readonly when: string }>;

export type EventName = keyof typeof EVENTS;

/** Their names, as a channel lists them. */
export const EVENT_NAMES = Object.keys(EVENTS).filter((name): name is EventName => name in EVENTS);

/** A failed job is told only where a channel asks for it: GitLab's own integrations tell it for all jobs. */
export type ToldName = EventName | 'failed';

/** Whether a job of a component tells an event. */
export function isToldBy(event: EventName, component: string): boolean {
  const by: readonly string[] = EVENTS[event].by;
  return by.includes(component);
}
