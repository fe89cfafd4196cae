import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import {
  type DeploymentProgress,
  deployedAt,
  follow,
  type OwnDeployment,
  progress,
  statusLine,
  variantLine,
} from '../../src/endpoints/progress.ts';
import { endpoint } from './endpoint.ts';

const OURS: OwnDeployment = {
  config: 'ours',
  previousConfig: 'before',
  previousDeployedAt: undefined,
  history: 'nothing',
};

const ROWS: readonly [given: string, seen: Endpoint | undefined, is: DeploymentProgress['is']][] = [
  ['our config in service with its instances', endpoint({ config: 'ours' }), 'live'],
  [
    'our config in service with too few instances',
    endpoint({ config: 'ours', instances: 1, wanted: 2 }),
    'progressing',
  ],
  ['our config, whose instances nobody counts', endpoint({ config: 'ours', instances: 'unknown' }), 'progressing'],
  [
    'our config, and nobody says how many it should have',
    endpoint({ config: 'ours', wanted: 'unknown' }),
    'progressing',
  ],
  ['our config in service without any variant', { ...endpoint({ config: 'ours' }), variants: [] }, 'progressing'],
  ['our config serving and still pending', endpoint({ config: 'ours', pending: 'ours' }), 'progressing'],
  [
    'our config serving, another pending',
    endpoint({ config: 'ours', pending: 'theirs', status: 'Updating' }),
    'superseded',
  ],
  ['our config pending', endpoint({ config: 'before', pending: 'ours', status: 'Updating' }), 'progressing'],
  [
    'our config being rolled back',
    endpoint({ config: 'before', pending: 'ours', status: 'RollingBack' }),
    'progressing',
  ],
  ['a rollback that names no pending config', endpoint({ config: 'before', status: 'RollingBack' }), 'progressing'],
  ['our endpoint being created', endpoint({ config: 'ours', status: 'Creating' }), 'progressing'],
  ["AWS's own update after ours", endpoint({ config: 'ours', status: 'SystemUpdating' }), 'progressing'],
  [
    "somebody else's update being rolled back to our config",
    endpoint({ config: 'ours', pending: 'theirs', status: 'RollingBack' }),
    'progressing',
  ],
  [
    'a rollback that names the config before as pending',
    endpoint({ config: 'before', pending: 'before', status: 'RollingBack' }),
    'progressing',
  ],
  [
    'an update under way to the config before',
    endpoint({ config: 'ours', pending: 'before', status: 'Updating' }),
    'superseded',
  ],
  [
    'the config before ours back in service, with a reason',
    endpoint({ config: 'before', reason: 'no' }),
    'rolled back',
  ],
  ['the config before ours back in service, and no more', endpoint({ config: 'before' }), 'rolled back or returned'],
  ['a config that is neither', endpoint({ config: 'theirs' }), 'superseded'],
  ['an endpoint that failed', endpoint({ config: 'ours', status: 'Failed' }), 'failed'],
  ['an endpoint that failed on another config', endpoint({ config: 'theirs', status: 'Failed' }), 'failed'],
  ['our config out of service', endpoint({ config: 'ours', status: 'OutOfService' }), 'failed'],
  [
    'an update that went neither forward nor back',
    endpoint({ config: 'before', status: 'UpdateRollbackFailed' }),
    'rollback failed',
  ],
  ['an endpoint being deleted', endpoint({ config: 'ours', status: 'Deleting' }), 'gone'],
  ['no endpoint', undefined, 'gone'],
];

/** Our config in service, whose variants run so many instances of so many. */
const running = (...counts: readonly [instances: number, wanted: number][]): Endpoint => ({
  ...endpoint({ config: 'ours' }),
  variants: counts.map(([instances, wantedInstances], index) => ({
    name: `variant-${index + 1}`,
    instances,
    wantedInstances,
    phases: [],
  })),
});

describe('where our deployment stands', () => {
  it.each(ROWS)('%s: %s', (_, seen, is) => {
    expect(progress(seen, OURS).is).toBe(is);
  });

  it.each<[when: string, seen: Endpoint, is: DeploymentProgress['is']]>([
    ['every variant has its instances', running([1, 1], [2, 2]), 'live'],
    ['it has more than it should', running([3, 1]), 'live'],
    ['only the first variant has its instances', running([1, 1], [1, 2]), 'progressing'],
    ['only the last variant has its instances', running([1, 2], [1, 1]), 'progressing'],
  ])('our config in service, of which %s', (_, seen, is) => {
    expect(progress(seen, OURS).is).toBe(is);
  });

  it('keeps the reason of a rollback, and says so when there is none', () => {
    expect(progress(endpoint({ config: 'before', reason: 'no ping' }), OURS)).toEqual({
      is: 'rolled back',
      why: 'no ping',
    });
    const unexplained = progress(endpoint({ config: 'before' }), { ...OURS, history: 'was rolling back' });
    expect(unexplained).toEqual({ is: 'rolled back', why: undefined });
  });

  it.each<[when: string, seen: Date | undefined, is: DeploymentProgress['is']]>([
    ['the instances of before: SageMaker rolled back', new Date(1000), 'rolled back'],
    ['new instances: somebody returned to it', new Date(1001), 'returned'],
    ['instances of which SageMaker tells no time: it is either', undefined, 'rolled back or returned'],
  ])('the config before is back with %s', (_, resolved, is) => {
    expect(progress(endpoint({ config: 'before', resolved }), { ...OURS, previousDeployedAt: new Date(1000) }).is).toBe(
      is,
    );
  });

  it.each<[when: string, looks: readonly Endpoint[], is: DeploymentProgress['is']]>([
    [
      'after a rollback was seen under way: it was rolled back',
      [endpoint({ config: 'before', pending: 'ours', status: 'RollingBack' })],
      'rolled back',
    ],
    [
      'after ours was live with too few instances: somebody returned to it',
      [endpoint({ config: 'ours', instances: 1, wanted: 2 })],
      'returned',
    ],
    [
      'after another update was rolled back to ours: somebody returned to it',
      [endpoint({ config: 'ours', pending: 'theirs', status: 'RollingBack' })],
      'returned',
    ],
    [
      'after ours was on its way: it is either',
      [endpoint({ config: 'before', pending: 'ours', status: 'Updating' })],
      'rolled back or returned',
    ],
  ])('the config before is back %s', (_, looks, is) => {
    const progressOf = follow(OURS);
    for (const seen of looks) progressOf(seen);
    expect(progressOf(endpoint({ config: 'before' })).is).toBe(is);
  });

  it('the config before is back, and nobody saw when it was deployed before: it is either', () => {
    const back = endpoint({ config: 'before', resolved: new Date(1000) });
    expect(progress(back, OURS)).toEqual({ is: 'rolled back or returned' });
  });

  it('an endpoint that is gone at any look is gone', () => {
    expect(follow(OURS)(undefined)).toEqual({ is: 'gone' });
  });

  it('an update back is no rollback, although the endpoint has the reason of another update', () => {
    const ours = { ...OURS, history: 'was live' } as const;
    expect(progress(endpoint({ config: 'before', reason: 'no ping' }), ours).is).toBe('returned');
  });

  it('a new endpoint cannot be rolled back: another config on it took it over', () => {
    expect(progress(endpoint({ config: 'theirs' }), { ...OURS, previousConfig: undefined })).toEqual({
      is: 'superseded',
      by: 'theirs',
    });
  });

  it('tells the phase and the instances of the pending variants', () => {
    const seen = endpoint({ config: 'before', pending: 'ours', status: 'Updating' });
    expect(progress(seen, OURS)).toEqual({
      is: 'progressing',
      saying: 'Updating; AllTraffic ActivatingTraffic, 1 of 1 instance',
    });
  });

  it('tells why our config is out of service: the reason of SageMaker, or else the status', () => {
    const out = { config: 'ours', status: 'OutOfService' } as const;
    expect(progress(endpoint({ ...out, reason: 'no ping' }), OURS)).toEqual({ is: 'failed', why: 'no ping' });
    expect(progress(endpoint(out), OURS)).toEqual({ is: 'failed', why: 'OutOfService' });
  });
});

describe('the state of an endpoint in a line', () => {
  it.each([
    ['every variant', running([1, 2], [1, 1]), 'InService; variant-1, 1 of 2 instances; variant-2, 1 of 1 instance'],
    ['no variant', running(), 'InService'],
    [
      'counts that SageMaker does not tell',
      endpoint({ config: 'ours', instances: 'unknown', wanted: 'unknown' }),
      'InService; AllTraffic, unknown of unknown instances',
    ],
  ])('names %s', (_, seen, line) => {
    expect(statusLine(seen)).toBe(line);
  });

  it('names every phase of a variant', () => {
    const phases = ['Creating', 'Baking'];
    expect(variantLine({ name: 'AllTraffic', instances: 0, wantedInstances: 1, phases })).toBe(
      'AllTraffic Creating and Baking, 0 of 1 instance',
    );
  });
});

describe('when what serves was deployed', () => {
  const at = (...times: (number | undefined)[]) => ({
    VariantName: 'AllTraffic',
    DeployedImages: times.map((time) => (time === undefined ? {} : { ResolutionTime: new Date(time) })),
  });
  const deployed = (...variants: { VariantName: string }[]) => {
    const { answer } = endpoint({ config: 'ours' });
    return deployedAt({ answer: { ...answer, ProductionVariants: variants } })?.getTime();
  };

  it('is the last time at which an image of any variant was resolved', () => {
    expect(deployed(at(1, 3), at(2))).toBe(3);
    expect(deployed(at(2), at(undefined, 4, 1))).toBe(4);
  });

  it('is unknown where SageMaker tells no time, no image or no variant', () => {
    expect([deployed(at(undefined)), deployed({ VariantName: 'AllTraffic' }), deployed()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(deployedAt({ answer: { ...endpoint({ config: 'ours' }).answer, ProductionVariants: undefined } })).toBe(
      undefined,
    );
  });
});
