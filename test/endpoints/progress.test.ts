import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { type DeploymentProgress, progress } from '../../src/endpoints/progress.ts';
import { endpoint } from './endpoint.ts';

const OURS = { config: 'ours', previousConfig: 'before' };

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
  ['the config before ours back in service', endpoint({ config: 'before' }), 'rolled back'],
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
    expect(progress(endpoint({ config: 'before' }), OURS)).toEqual({ is: 'rolled back', why: undefined });
  });

  it('a new endpoint cannot be rolled back: another config on it took it over', () => {
    expect(progress(endpoint({ config: 'theirs' }), { config: 'ours', previousConfig: undefined })).toEqual({
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
