import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { isTrusted } from '../../src/aws/hosts.ts';

const REGIONS = ['ap-southeast-1', 'us-east-1', 'us-gov-west-1', 'cn-north-1'];
const CLIENTS = {
  'Application Auto Scaling': ApplicationAutoScalingClient,
  CloudWatch: CloudWatchClient,
  'CloudWatch Logs': CloudWatchLogsClient,
  SageMaker: SageMakerClient,
  'SageMaker Runtime': SageMakerRuntimeClient,
  STS: STSClient,
};

describe.each(Object.entries(CLIENTS))('the address that the SDK has for %s', (_, Client) => {
  it.each(REGIONS)('is one to which a job sends its requests: in %s', (region) => {
    const { endpointProvider } = new Client({ region }).config;
    const variants = [{}, { UseFIPS: true }, { UseDualStack: true }];
    for (const variant of variants) {
      const { url } = endpointProvider({ Region: region, ...variant });
      expect({ host: url.hostname, trusted: isTrusted(url) }).toEqual({ host: url.hostname, trusted: true });
    }
  });
});

it('is no host that a customer can name', () => {
  const hosts = ['evil.application-autoscaling.com', 'x-application-autoscaling.ap-southeast-1.amazonaws.com'];
  for (const hostname of hosts) expect(isTrusted({ protocol: 'https:', hostname })).toBe(false);
});
