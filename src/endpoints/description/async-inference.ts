import * as z from 'zod/mini';
import { kmsKey, mapping, text, whole } from '../../files/schema.ts';

/** Only signs that are themselves in a request, so that what SageMaker tells of an object is what S3 calls it. */
const folder = text(
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w=-][\w.=-]*)+\/?$/,
  'must be a folder in S3, like s3://bucket/folder, of letters, digits and the signs _ - . =',
).check(z.maxLength(512, 'must have at most 512 characters'));

const topic = text(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]{1,256}$/,
  'must be the ARN of an SNS topic, like arn:aws:sns:ap-southeast-1:111122223333:answers',
);

const TOPICS = ['SUCCESS_NOTIFICATION_TOPIC', 'ERROR_NOTIFICATION_TOPIC'] as const;

const notification = mapping({
  success_topic: z.optional(topic.check(z.describe('The SNS topic that is told of each answer.'))),
  error_topic: z.optional(topic.check(z.describe('The SNS topic that is told of each request that failed.'))),
  include_inference_response_in: z.optional(
    z
      .array(z.enum(TOPICS, `must be ${TOPICS.join(' or ')}`), 'must be a list')
      .check(
        z.maxLength(TOPICS.length, 'must name each topic once'),
        z.describe('Which topics get the answer itself.'),
      ),
  ),
});

interface Folders {
  readonly s3_input_path: string;
  readonly s3_output_path: string;
  readonly s3_failure_path: string;
}

const slashed = (path: string) => (path.endsWith('/') ? path : `${path}/`);

/** A payload in the place of answers would be taken for one, and whoever may write the one could write the other. */
function apart({ value, issues }: z.core.ParsePayload<Folders>): void {
  const input = slashed(value.s3_input_path);
  for (const key of ['s3_output_path', 's3_failure_path'] as const) {
    const other = slashed(value[key]);
    if (!input.startsWith(other) && !other.startsWith(input)) continue;
    issues.push({
      code: 'custom',
      path: ['s3_input_path'],
      input: value,
      message: `must be a folder apart from ${key}`,
    });
  }
}

/** An asynchronous endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html */
export const asyncInferenceConfig = mapping({
  s3_input_path: folder.check(z.describe('Where validate-endpoint puts its payload, in a folder for each job.')),
  s3_output_path: folder.check(z.describe('Where SageMaker puts the answers.')),
  s3_failure_path: folder.check(
    z.describe('Where SageMaker puts the errors of requests that failed. Without it, nobody would know of them.'),
  ),
  kms_key_id: z.optional(kmsKey),
  max_concurrent_invocations_per_instance: z.optional(
    whole(1, 1000).check(
      z.describe('How many requests an instance gets at the same time. Without it, SageMaker decides.'),
    ),
  ),
  notification_config: z.optional(notification.check(z.describe('Who is told of answers and failures.'))),
}).check(apart);
