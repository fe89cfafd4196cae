import type { EndpointDescription } from '../../../src/endpoints/description/description.ts';

/** A description as the example's inputs give it, unless a test says otherwise. */
export function described(more: Partial<EndpointDescription> = {}): EndpointDescription {
  return {
    variant_name: 'AllTraffic',
    instance_type: 'ml.m5.large',
    instance_count: 1,
    model_environment: {},
    tags: {},
    ...more,
  };
}
