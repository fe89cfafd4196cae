import * as z from 'zod/mini';
import { kmsKey, mapping, oneOf, option, s3Address, switched, text, whole } from '../../files/schema.ts';
import { asyncInferenceConfig } from './async-inference.ts';

const mediaTypes = z
  .array(
    text(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*$/, 'must be a media type, like text/csv'),
    'must be a list of media types',
  )
  .check(z.minLength(1, 'must have 1 to 10 media types'), z.maxLength(10, 'must have 1 to 10 media types'));

const FREQUENCIES = [10, 30, 60, 120, 180, 240, 300] as const;

const dataCapture = mapping({
  destination_s3_uri: s3Address,
  initial_sampling_percentage: whole(0, 100).check(z.describe('How many of 100 requests are captured.')),
  capture_mode: z._default(
    oneOf(['Input', 'Output', 'InputAndOutput']).check(z.describe('Whether requests, answers or both are captured.')),
    'InputAndOutput',
  ),
  csv_content_types: z.optional(mediaTypes.check(z.describe('Content types that are captured as CSV.'))),
  json_content_types: z.optional(mediaTypes.check(z.describe('Content types that are captured as JSON.'))),
  kms_key_id: z.optional(kmsKey),
});

/** What a file may say of the endpoint config beside its variant, in AWS's own words. */
export const configOptions = {
  kms_key_id: option('The KMS key that encrypts the storage volumes of the instances.', kmsKey),
  data_capture_config: option('Which requests and answers are written to S3, and where.', dataCapture),
  async_inference_config: option(
    'Serves later: a request waits in a queue, and its answer is put into S3.',
    asyncInferenceConfig,
  ),
  metrics_config: option(
    'Which metrics SageMaker publishes of the endpoint, and how often.',
    mapping({
      enable_enhanced_metrics: switched.check(z.describe('Whether there are metrics of each instance and container.')),
      metric_publish_frequency_in_seconds: z.optional(
        z
          .literal(FREQUENCIES, `must be one of ${FREQUENCIES.join(', ')}`)
          .check(z.describe('How often they are published.')),
      ),
    }),
  ),
};
