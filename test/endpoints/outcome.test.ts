import { describe, expect, it } from 'vitest';
import {
  describedEndpoint,
  explainOutcome,
  explainReason,
  type FailedDeployment,
  takingAway,
  variantLines,
} from '../../src/endpoints/outcome.ts';
import { endpoint } from './endpoint.ts';

const about = { endpoint: 'price', config: 'ours', previousConfig: 'before', seen: undefined };
const NO_PING = 'The primary container did not pass the ping health check.';
const AGAIN = 'run the deploy-model job again';

describe('a deployment that is not live', () => {
  it.each<[where: FailedDeployment, more: Partial<Parameters<typeof explainOutcome>[1]>, what: string, next: RegExp]>([
    [{ is: 'rolled back', why: NO_PING }, {}, `before serves as before. SageMaker's reason: ${NO_PING}`, /GET \/ping/],
    [
      { is: 'rolled back', why: undefined },
      {},
      'before serves as before. SageMaker gave no reason.',
      /^read the container's log lines above, then run this job again\.$/,
    ],
    [{ is: 'rolled back', why: 'New.' }, { again: AGAIN }, 'reason: New.', /then run the deploy-model job again\.$/],
    [
      { is: 'rolled back', why: undefined },
      { again: AGAIN },
      'SageMaker rolled back price',
      /then run the deploy-model job again\.$/,
    ],
    [{ is: 'returned' }, {}, 'Somebody updated price back to before: ours is not live.', /\(UpdateEndpoint\)/],
    [{ is: 'rolled back or returned' }, {}, 'price serves before again, and ours is not live', /UpdateEndpoint/],
    [
      { is: 'superseded', by: 'theirs' },
      {},
      'ours on price was superseded by theirs, which these components did not create.',
      /^find out who changed it in CloudTrail/,
    ],
    [
      { is: 'superseded', by: 'theirs' },
      { maker: 'https://gitlab/102' },
      'ours on price was superseded by theirs, which the pipeline https://gitlab/102 created.',
      /^wait until that pipeline ends/,
    ],
    [
      { is: 'failed', why: undefined },
      {},
      'price is Failed. SageMaker gave no reason.',
      /^read the container's log lines above, then run this job again\. A Failed endpoint must be deleted first/,
    ],
    [
      { is: 'failed', why: 'New.' },
      { seen: endpoint({ config: 'ours', status: 'OutOfService' }) },
      "price is OutOfService. SageMaker's reason: New.",
      /^read the reason/,
    ],
    [
      { is: 'rollback failed', why: undefined },
      {},
      'may serve several configs (SageMaker names no variant)',
      /--endpoint-config-name before\)/,
    ],
    [
      { is: 'rollback failed', why: undefined },
      { previousConfig: undefined, seen: endpoint({ config: 'theirs' }) },
      'may serve several configs (AllTraffic, 1 of 1 instance)',
      /--endpoint-config-name theirs\)/,
    ],
    [
      { is: 'rollback failed', why: undefined },
      { previousConfig: undefined },
      '(UpdateRollbackFailed)',
      /--endpoint-config-name ours\)/,
    ],
    [{ is: 'gone' }, {}, 'Somebody deleted price: ours is not live.', /To create it again, run this job again\.$/],
  ])('%o, %o: the message says what happened, and what to do', (where, more, what, next) => {
    const told = explainOutcome(where, { ...about, ...more });
    expect(told.what).toContain(what);
    expect(told.next).toMatch(next);
  });

  it('because of a quota is told in our words beside those of SageMaker', () => {
    const reason =
      "The account-level service limit 'ml.m5.large for endpoint usage' is 2 Instances, with current utilization of 2 Instances and a request delta of 1 Instances.";
    expect(explainReason(reason)).toMatch(/^SageMaker's reason: The account-level .* \(The quota "ml\.m5\.large .*\)$/);
  });
});

it('the variants are those that serve and those on their way', () => {
  expect(variantLines(endpoint({ config: 'before', pending: 'ours' }))).toBe(
    'AllTraffic, 1 of 1 instance; AllTraffic ActivatingTraffic, 1 of 1 instance',
  );
});

it('what is live and should not be is taken away by the config before, or with the endpoint', () => {
  expect(takingAway('price', 'before')).toContain('unless you start rollback-endpoint');
  expect(takingAway('price', 'before')).toContain(
    'update-endpoint --endpoint-name price --endpoint-config-name before',
  );
  expect(takingAway('price', undefined)).toContain('delete-endpoint --endpoint-name price');
});

it('an endpoint is kept as SageMaker describes it, without what the SDK adds', () => {
  const { answer } = endpoint({ config: 'before' });
  expect(JSON.parse(describedEndpoint(answer))).toMatchObject({ EndpointStatus: 'InService' });
  expect(describedEndpoint(answer)).not.toContain('$metadata');
});
