import type { ProductionVariantInferenceAmiVersion } from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { kmsKey, mapping, oneOf, option, s3Address, switched, whole } from '../../files/schema.ts';

const AMI = /^[a-z0-9-]{1,64}$/;

/** SageMaker adds AMIs faster than its SDK is updated here: only the form is checked, SageMaker checks the rest. */
const amiVersion = z
  .custom<ProductionVariantInferenceAmiVersion>(
    (value) => typeof value === 'string' && AMI.test(value),
    'must be the name of an inference AMI, like al2-ami-sagemaker-inference-gpu-2',
  )
  .register(z.globalRegistry, { type: 'string', pattern: AMI.source });

/** What else a file may say of the variant, in AWS's own words. */
export const variantOptions = {
  volume_size_in_gb: option('The size of the storage volume of each instance.', whole(1, 512)),
  model_data_download_timeout_in_seconds: option(
    'How long an instance may take to download the model data.',
    whole(60, 3600),
  ),
  container_startup_health_check_timeout_in_seconds: option(
    'How long the container may take to answer the health check after its start.',
    whole(60, 3600),
  ),
  inference_ami_version: option('The AMI of the instances.', amiVersion),
  routing_strategy: option(
    'How requests are shared out among the instances.',
    oneOf(['RANDOM', 'LEAST_OUTSTANDING_REQUESTS']),
  ),
  enable_ssm_access: option('Whether SSM may open a session in the instances.', switched),
  core_dump_config: option(
    'Where core dumps of the container are written.',
    mapping({ destination_s3_uri: s3Address, kms_key_id: z.optional(kmsKey) }),
  ),
};
