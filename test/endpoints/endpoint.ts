import type { Endpoint, Variant } from '../../src/endpoints/endpoint.ts';

interface Seen {
  readonly config: string;
  readonly name?: string;
  readonly status?: Endpoint['status'];
  readonly pending?: string;
  /** `unknown` where SageMaker does not say. */
  readonly instances?: number | 'unknown';
  readonly wanted?: number | 'unknown';
  readonly reason?: string;
  /** When the images of what serves were resolved; nobody says, when nothing else is said. */
  readonly resolved?: Date | undefined;
}

/** An endpoint as it may be seen; in service with one instance, unless a test says otherwise. */
export function endpoint(seen: Seen): Endpoint {
  const { config, name = 'resale-price-dev', status = 'InService', instances = 1, wanted = 1 } = seen;
  const arn = `arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/${name.toLowerCase()}`;
  const count = (told: number | 'unknown') => (told === 'unknown' ? undefined : told);
  const counts = { instances: count(instances), wantedInstances: count(wanted) };
  const variant: Variant = { name: 'AllTraffic', ...counts, phases: [] };
  const DeployedImages = [{ ...(seen.resolved && { ResolutionTime: seen.resolved }) }];
  const ProductionVariants = [{ VariantName: 'AllTraffic', DeployedImages }];
  const times = { CreationTime: new Date(0), LastModifiedTime: new Date(0) };
  return {
    name,
    arn,
    status,
    config,
    pending: seen.pending,
    failureReason: seen.reason,
    variants: [variant],
    pendingVariants: seen.pending === undefined ? [] : [{ ...variant, phases: ['ActivatingTraffic'] }],
    answer: {
      $metadata: {},
      EndpointName: name,
      EndpointArn: arn,
      EndpointStatus: status,
      ProductionVariants,
      ...times,
    },
  };
}
