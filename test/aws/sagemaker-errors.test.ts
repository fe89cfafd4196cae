import { expect, it } from 'vitest';
import { isKnownError, unlessNotFound } from '../../src/aws/sagemaker-errors.ts';

const error = (name: string, message: string) => Object.assign(new Error(message), { name });
const ARN = 'arn:aws:sagemaker:ap-southeast-1:111122223333';

it.each([
  ['ValidationException', `Could not find endpoint "${ARN}:endpoint/x".`],
  ['ValidationException', `Could not find endpoint configuration "${ARN}:endpoint-config/x".`],
  ['ValidationException', `Could not find model "${ARN}:model/x".`],
  ['ValidationException', `ModelPackageGroup ${ARN}:model-package-group/x does not exist.`],
  ['ValidationException', 'Requested resource not found.'],
  ['ResourceNotFound', 'Pipeline does not exist.'],
])('%s "%s" means that there is no such thing', async (name, message) => {
  await expect(unlessNotFound(Promise.reject(error(name, message)))).resolves.toBeUndefined();
});

it.each([
  ['ValidationException', 'Could not find model data at s3://models/1/model.tar.gz.'],
  ['ValidationException', '1 validation error detected: Value at endpointName failed to satisfy constraint'],
  ['AccessDeniedException', `User is not authorized to perform: sagemaker:DescribeEndpoint on resource ${ARN}`],
  ['ThrottlingException', 'Rate exceeded'],
  ['ExpiredTokenException', 'The security token included in the request is expired'],
])('%s "%s" is an error, never "no such thing"', async (name, message) => {
  await expect(unlessNotFound(Promise.reject(error(name, message)))).rejects.toThrow(message);
});

it.each([
  ['already exists', 'ValidationException', `Cannot create already existing model "${ARN}:model/x".`],
  [
    'already exists',
    'ValidationException',
    'Pipeline names must be unique within an AWS account and region. Pipeline with name (x) already exists.',
  ],
  [
    'failed already',
    'ValidationException',
    `Cannot update endpoint "${ARN}:endpoint/x" with status "Failed". It can only be deleted.`,
  ],
  ['update in progress', 'ValidationException', `Cannot update in-progress endpoint "${ARN}:endpoint/x".`],
  ['quota', 'ResourceLimitExceeded', "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances"],
  ['conflict', 'ConflictException', 'Somebody else was first.'],
] as const)('"%s" is read from %s "%s"', (news, name, message) => {
  expect(isKnownError(news, error(name, message))).toBe(true);
  expect(isKnownError(news, error('InternalFailure', message))).toBe(false);
});
