import * as z from 'zod/mini';
import { tells } from '../../gitlab/inputs.ts';
import { tagProblems } from '../../gitlab/tags.ts';
import { resourceName } from '../endpoint.ts';
import { autoscaling, autoscalingFits } from './autoscaling.ts';
import { capacity } from './capacity.ts';
import { configOptions } from './config-options.ts';
import { environmentProblems, unreplacedProblems } from './model-environment.ts';
import { networkOptions } from './network.ts';
import { rollout, rolloutFits } from './rollout.ts';
import { mapping, option } from './schema.ts';
import { variantOptions } from './variant-options.ts';

/** Texts by their names. A number is none: it stands between quotes. */
const texts = (problems: (pairs: ReadonlyMap<string, string>) => readonly string[]) =>
  z
    .record(z.string(), z.string('must be a text: write numbers, true and false between quotes'), {
      error: 'must be a mapping, with a name and a value in each line',
    })
    .check(tells((pairs) => [problems, unreplacedProblems].flatMap((each) => each(new Map(Object.entries(pairs))))));

/** What a file need not say. What it does not say is AWS's default; null says that the endpoint is to be without it. */
export const options = { ...variantOptions, ...configOptions, ...networkOptions };

/** What a file may say of an endpoint in one environment. Each section is a file beside this one. */
export const endpointDescription = mapping({
  variant_name: z._default(
    resourceName.check(z.describe('The name of the production variant. Keep the same name in every release.')),
    'AllTraffic',
  ),
  ...capacity,
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
}).check(rolloutFits, autoscalingFits);

/** How an endpoint is to serve in one environment, whether its inputs say so or its file. */
export type EndpointDescription = z.output<typeof endpointDescription>;
