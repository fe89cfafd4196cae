import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { type DeploymentProgress, follow, type OwnDeployment, progress } from '../../src/endpoints/progress.ts';
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
  ['our config out of service', endpoint({ config: 'ours', status: 'OutOfService' }), 'failed'],
  [
    'an update that went neither forward nor back',
    endpoint({ config: 'before', status: 'UpdateRollbackFailed' }),
    'rollback failed',
  ],
  ['an endpoint being deleted', endpoint({ config: 'ours', status: 'Deleting' }), 'gone'],
  ['no endpoint', undefined, 'gone'],
];

describe('where our deployment stands', () => {
  it.each(ROWS)('%s: %s', (_, seen, is) => {
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
      'after ours was on its way: it is either',
      [endpoint({ config: 'before', pending: 'ours', status: 'Updating' })],
      'rolled back or returned',
    ],
  ])('the config before is back %s', (_, looks, is) => {
    const progressOf = follow(OURS);
    for (const seen of looks) progressOf(seen);
    expect(progressOf(endpoint({ config: 'before' })).is).toBe(is);
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
});
