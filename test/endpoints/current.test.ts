import { expect, it } from 'vitest';
import { type CurrentDeployment, keptInstances } from '../../src/endpoints/current.ts';
import { autoscaling } from '../../src/endpoints/description/autoscaling.ts';
import { endpoint } from './endpoint.ts';

/** What serves, when its config began with so many instances. */
const SECTION = autoscaling.parse({ minimum: 1, maximum: 4, invocations_per_instance: 300 });

function deployedWith(instances: number, name = 'AllTraffic'): CurrentDeployment {
  const answer = {
    $metadata: {},
    EndpointConfigName: 'before',
    EndpointConfigArn: 'arn',
    ProductionVariants: [],
    CreationTime: new Date(0),
  };
  return { ...UNKNOWN, config: { name: 'before', variants: [{ name, model: 'm', instances }], answer } };
}

/** What serves, when its config was deleted. */
const UNKNOWN: CurrentDeployment = {
  served: { is: 'unknown', why: 'it was deleted' },
  lost: [],
  notAsPlanned: [],
  config: undefined,
  scaled: false,
};

it.each<[when: string, runs: number, began: number | undefined, asked: number, kept: number | undefined]>([
  ['it was scaled out beyond both configs: it keeps them', 4, 1, 2, 4],
  ['it runs what its config says, and the project wants fewer', 3, 3, 2, undefined],
  ['it runs as many as the project wants', 4, 1, 4, undefined],
  ['the project wants more', 4, 1, 5, undefined],
  ['it was scaled in', 2, 3, 1, undefined],
  ['nobody knows the config: it keeps them', 4, undefined, 2, 4],
])('an endpoint with instances of its own, when %s', (_, wanted, began, instance_count, kept) => {
  const seen = endpoint({ config: 'before', instances: wanted, wanted });
  const current = began === undefined ? UNKNOWN : deployedWith(began);
  expect(keptInstances(seen, current, { variant_name: 'AllTraffic', instance_count })).toBe(kept);
});

it.each([
  ['its endpoint file says how it is scaled', deployedWith(4), { autoscaling: SECTION }],
  ['an endpoint file said so before', { ...deployedWith(4), scaled: true }, {}],
])('an endpoint keeps all that run, however many its config began with, when %s', (_, current, more) => {
  const seen = endpoint({ config: 'before', instances: 4, wanted: 4 });
  expect(keptInstances(seen, current, { variant_name: 'AllTraffic', instance_count: 1, ...more })).toBe(4);
});

it('keeps no instances of another variant', () => {
  const seen = endpoint({ config: 'before', instances: 4, wanted: 4 });
  expect(keptInstances(seen, deployedWith(1), { variant_name: 'primary', instance_count: 1 })).toBeUndefined();
  expect(keptInstances(seen, deployedWith(8, 'other'), { variant_name: 'AllTraffic', instance_count: 1 })).toBe(4);
});

it('keeps no instances that SageMaker does not count', () => {
  const seen = endpoint({ config: 'before', wanted: 'unknown' });
  expect(keptInstances(seen, deployedWith(1), { variant_name: 'AllTraffic', instance_count: 1 })).toBeUndefined();
});
