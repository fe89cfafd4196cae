import type { CreateEndpointConfigCommandInput, DescribeEndpointCommandOutput } from '@aws-sdk/client-sagemaker';

/**
 * The kinds of endpoints. A further one needs a cell in each row of the table (kind-table.ts), and a section in the
 * file that makes an endpoint one.
 */
export const KINDS = ['real_time', 'serverless', 'asynchronous'] as const;

export type Kind = (typeof KINDS)[number];

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  real_time: 'a real-time endpoint on instances',
  serverless: 'a serverless endpoint',
  asynchronous: 'an asynchronous endpoint on instances',
};

/** The sections of a description that make an endpoint one of a kind. */
interface Sections {
  readonly serverless_config?: object | null | undefined;
  readonly async_inference_config?: object | null | undefined;
}

/** Of which kind an endpoint is. One with both sections is refused (kind-table.ts). */
export function kindOf({ serverless_config, async_inference_config }: Sections): Kind {
  if (serverless_config) return 'serverless';
  return async_inference_config ? 'asynchronous' : 'real_time';
}

type ConfigKind = Pick<CreateEndpointConfigCommandInput, 'ProductionVariants' | 'AsyncInferenceConfig'>;

/** Of which kind an endpoint is that serves a config. */
export function kindConfigured({ ProductionVariants, AsyncInferenceConfig }: ConfigKind): Kind {
  if (ProductionVariants?.some((each) => each.ServerlessConfig)) return 'serverless';
  return AsyncInferenceConfig ? 'asynchronous' : 'real_time';
}

type LiveKind = Pick<DescribeEndpointCommandOutput, 'ProductionVariants' | 'AsyncInferenceConfig'>;

/** Of which kind an endpoint is that SageMaker describes. */
export function kindLive({ ProductionVariants, AsyncInferenceConfig }: LiveKind): Kind {
  if (ProductionVariants?.some((each) => each.CurrentServerlessConfig)) return 'serverless';
  return AsyncInferenceConfig ? 'asynchronous' : 'real_time';
}

/** Why evaluate-model does not ask an asynchronous endpoint. */
export const NOT_EVALUATED = 'an asynchronous endpoint puts each answer into S3, one after the other';

/** Why load-test does not take one, as a clause. */
export const NOT_LOADED =
  'an asynchronous endpoint queues requests, so that no answer tells how long it takes under load';
