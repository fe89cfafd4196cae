import type {
  AsyncInferenceConfig,
  CreateEndpointConfigCommandInput,
  CreateModelCommandInput,
  ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import type { EndpointDescription } from './description.ts';

/*
 * The parts of SageMaker's requests that the options of an endpoint file say. Apart from the schemas of the options, which only a
 * job that reads a file has to load.
 */

/** The part of a variant that those options say. */
export function variantPart(options: EndpointDescription): Partial<ProductionVariant> {
  const { volume_size_in_gb: volume, inference_ami_version: ami, routing_strategy: routing } = options;
  const { model_data_download_timeout_in_seconds: download, core_dump_config: dumps } = options;
  const { variant_instance_provision_timeout_in_seconds: provision } = options;
  const { container_startup_health_check_timeout_in_seconds: startup, enable_ssm_access: ssm } = options;
  return {
    VariantInstanceProvisionTimeoutInSeconds: provision ?? undefined,
    VolumeSizeInGB: volume ?? undefined,
    ModelDataDownloadTimeoutInSeconds: download ?? undefined,
    ContainerStartupHealthCheckTimeoutInSeconds: startup ?? undefined,
    InferenceAmiVersion: ami ?? undefined,
    RoutingConfig: routing ? { RoutingStrategy: routing } : undefined,
    EnableSSMAccess: ssm ?? undefined,
    CoreDumpConfig: dumps ? { DestinationS3Uri: dumps.destination_s3_uri, KmsKeyId: dumps.kms_key_id } : undefined,
  };
}

/** The part of an endpoint config that they say. */
export function configPart(options: EndpointDescription): Partial<CreateEndpointConfigCommandInput> {
  const { kms_key_id, data_capture_config: capture, metrics_config: metrics, async_inference_config: later } = options;
  return {
    KmsKeyId: kms_key_id ?? undefined,
    DataCaptureConfig: capture ? capturePart(capture) : undefined,
    AsyncInferenceConfig: later ? asynchronousPart(later) : undefined,
    MetricsConfig: metrics
      ? {
          EnableEnhancedMetrics: metrics.enable_enhanced_metrics,
          MetricPublishFrequencyInSeconds: metrics.metric_publish_frequency_in_seconds,
        }
      : undefined,
  };
}

/** Each side of the traffic is a member of its own. */
const SIDES = { Input: ['Input'], Output: ['Output'], InputAndOutput: ['Input', 'Output'] } as const;

function capturePart(capture: NonNullable<EndpointDescription['data_capture_config']>) {
  const { csv_content_types: csv, json_content_types: json } = capture;
  return {
    EnableCapture: true,
    InitialSamplingPercentage: capture.initial_sampling_percentage,
    DestinationS3Uri: capture.destination_s3_uri,
    KmsKeyId: capture.kms_key_id,
    CaptureOptions: SIDES[capture.capture_mode].map((CaptureMode) => ({ CaptureMode })),
    CaptureContentTypeHeader: csv || json ? { CsvContentTypes: csv, JsonContentTypes: json } : undefined,
  };
}

/** Where the payload of a validation is, SageMaker need not know. */
function asynchronousPart(later: NonNullable<EndpointDescription['async_inference_config']>): AsyncInferenceConfig {
  const { max_concurrent_invocations_per_instance: most, notification_config: told } = later;
  return {
    OutputConfig: {
      S3OutputPath: later.s3_output_path,
      S3FailurePath: later.s3_failure_path,
      KmsKeyId: later.kms_key_id,
      NotificationConfig: told && {
        SuccessTopic: told.success_topic,
        ErrorTopic: told.error_topic,
        IncludeInferenceResponseIn: told.include_inference_response_in,
      },
    },
    ClientConfig: most === undefined ? undefined : { MaxConcurrentInvocationsPerInstance: most },
  };
}

/** The part of a model that they say. */
export function modelPart(
  options: EndpointDescription,
): Pick<CreateModelCommandInput, 'VpcConfig' | 'EnableNetworkIsolation'> {
  const { vpc_config: vpc, enable_network_isolation: isolated } = options;
  return {
    VpcConfig: vpc ? { SecurityGroupIds: vpc.security_group_ids, Subnets: vpc.subnets } : undefined,
    EnableNetworkIsolation: isolated ?? undefined,
  };
}
