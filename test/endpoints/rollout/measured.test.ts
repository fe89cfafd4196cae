import { describe, expect, it } from 'vitest';
import { measuredWords } from '../../../src/endpoints/rollout/release-alarms.ts';

describe('the data of an alarm is told in the unit in which the endpoint file gives its threshold', () => {
  it.each([
    ['sagemaker-components/resale-price-uat/c1/server_errors', 0.2, '20 %'],
    ['sagemaker-components/resale-price-uat/c1/server_errors', 1 / 3, '33.33 %'],
    ['sagemaker-components/resale-price-uat/c1/latency', 500_000, '500 ms'],
    ['sagemaker-components/resale-price-uat/c1/model_errors', 12, '12'],
    // CloudWatch alone knows what it measures.
    ['our-alarms/server_errors', 0.2, '0.2'],
  ])('%s: %d is %s', (alarm, value, words) => {
    expect(measuredWords(alarm, value)).toBe(words);
  });
});
