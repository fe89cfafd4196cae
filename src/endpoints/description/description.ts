import * as z from 'zod/mini';
import { mapping, option } from '../../files/schema.ts';
import { tells } from '../../gitlab/inputs.ts';
import { tagProblems } from '../../gitlab/tags.ts';
import { resourceName } from '../endpoint.ts';
import { autoscaling } from './autoscaling.ts';
import { instances } from './capacity.ts';
import { configOptions } from './config-options.ts';
import { instancePools, provisionTimeout } from './instance-pools.ts';
import { environmentProblems, unreplacedProblems } from './model-environment.ts';
import { networkOptions } from './network.ts';
import { rollout } from './rollout.ts';
import { serverlessConfig } from './serverless.ts';
import { variantOptions } from './variant-options.ts';

/** Texts by their names. A number is none: it stands between quotes. */
const texts = (problems: (pairs: ReadonlyMap<string, string>) => readonly string[]) =>
  z
    .record(z.string(), z.string('must be a text: write numbers, true and false between quotes'), {
      error: 'must be a mapping, with a name and a value in each line',
    })
    .check(tells((pairs) => [problems, unreplacedProblems].flatMap((each) => each(new Map(Object.entries(pairs))))));

/** What a file need not say. What it does not say is AWS's default; null says that the endpoint is to be without it. */
export const options = {
  instance_pools: instancePools,
  variant_instance_provision_timeout_in_seconds: provisionTimeout,
  ...variantOptions,
  ...configOptions,
  ...networkOptions,
};

/** What SageMaker has and no description: why, by the name that one would look for. */
const REFUSED = {
  containers: 'is not known: containers in series are registered together, as one version',
  inference_execution_config: 'is not known: containers in series answer each request one after the other (Serial)',
  multi_model_config: 'is not known: an endpoint serves one version',
  production_variants: 'is not known: an endpoint has one variant, which serves one version',
  shadow_production_variants: 'is not known: an endpoint has one variant, which serves one version',
  inference_components: 'is not known: an endpoint serves one version, and no inference components',
  managed_instance_scaling:
    'is not known: SageMaker has it for inference components only. autoscaling scales an endpoint',
  model_name_override: 'is not known: an endpoint serves one version',
};

/** Every key of a description. Each section is a file beside this one. What fits together, consistent.ts says. */
export const sections = mapping(
  {
    variant_name: z._default(
      resourceName.check(z.describe('The name of the production variant. Keep the same name in every release.')),
      'AllTraffic',
    ),
    ...instances,
    serverless_config: z.optional(serverlessConfig),
    model_environment: z._default(
      texts(environmentProblems).check(z.describe('Environment variables for the container of the model.')),
      {},
    ),
    ...options,
    tags: z._default(
      texts(tagProblems).check(z.describe('Tags for the model, the endpoint config and the endpoint.')),
      {},
    ),
    ...rollout,
    autoscaling: option(
      'How many instances run, and what adds and removes them. Without it: instance_count.',
      autoscaling,
    ),
  },
  REFUSED,
);

/** How an endpoint is to serve in one environment, whether its inputs say so or its file. */
export type EndpointDescription = z.output<typeof sections>;
