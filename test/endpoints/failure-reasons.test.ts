import { describe, expect, it } from 'vitest';
import { type Advice, adviceFor, asRefusal } from '../../src/endpoints/failure-reasons.ts';

const ROWS: readonly [cause: Advice['cause'], reason: string, next: RegExp][] = [
  [
    'quota',
    "The account-level service limit 'ml.m5.large for endpoint usage' is 2 Instances, with current utilization of 2 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.",
    /request at least 3 for "ml\.m5\.large for endpoint usage"/,
  ],
  ['quota', 'ResourceLimitExceeded: too many endpoints.', /^request a higher quota in Service Quotas/],
  [
    'capacity',
    'CapacityError: Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.',
    /another instance_type/,
  ],
  ['model data', 'Could not find model data at s3://bucket/model.tar.gz.', /s3:GetObject/],
  [
    'model data',
    'Failed to download model data for container "container_1" from URL: "s3://b/model.tar.gz".',
    /s3:GetObject/,
  ],
  [
    'image',
    'Please make sure all images included in the model for the production variant AllTraffic exist, and that the execution role used to create the model has permissions to access them.',
    /ecr:BatchGetImage/,
  ],
  ['image size', 'Image size 13279248421 is greater than supported size 10737418240', /at most 10 GB: make it smaller/],
  [
    'health check',
    'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    /GET \/ping/,
  ],
  [
    'permission',
    'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity does not have application-autoscaling:DeregisterScalableTarget permission.',
    /add the action that the reason names to the policy of the job's role/,
  ],
  [
    'permission',
    'User: arn:aws:sts::111122223333:assumed-role/resale-price-execution/SageMaker is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::models/m.tar.gz with an explicit deny in a service control policy',
    /^ask the administrators of your AWS organization to remove the Deny of s3:GetObject for the role that the reason names in the service control policy\. .* Then run this job again\.$/,
  ],
  ['subscription', 'Caller is not subscribed to the marketplace offering.', /AWS Marketplace/],
  ['unknown', 'Something new.', /read the reason/],
];

describe("SageMaker's reasons", () => {
  it.each(ROWS)('%s: %s', (cause, reason, next) => {
    const advice = adviceFor(reason);
    expect(advice.cause).toBe(cause);
    expect(advice.next).toMatch(next);
  });

  it('are read only in errors that say what is wrong with a request', () => {
    const error = (name: string, message: string) => Object.assign(new Error(message), { name });
    const denied = error('AccessDeniedException', 'User is not authorized to perform: sagemaker:CreateModel');
    expect(asRefusal(denied, 'Refused.')).toBe(denied);
    const unknown = error('ValidationException', 'Something new.');
    expect(asRefusal(unknown, 'Refused.')).toBe(unknown);
    for (const name of ['ValidationException', 'ResourceLimitExceeded'])
      expect(asRefusal(error(name, 'Could not find model data at s3://b/m.tar.gz.'), 'Refused.')).toMatchObject({
        exitCode: 1,
        message: `Refused. (${name}: Could not find model data at s3://b/m.tar.gz.)`,
      });
  });

  it('of a quota are told with their numbers', () => {
    expect(adviceFor(ROWS[0]?.[1] ?? '').what).toContain(
      'The quota "ml.m5.large for endpoint usage" is 2 instances: 2 are in use, and this deployment needs 1 more.',
    );
  });
});
