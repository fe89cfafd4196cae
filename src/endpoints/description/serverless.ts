import * as z from 'zod/mini';
import { mapping, whole } from '../../files/schema.ts';
import { SIZES } from './memory-sizes.ts';

const MOST_AT_ONCE = 200;

/** A serverless endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html */
export const serverlessConfig = mapping({
  memory_size_in_mb: z
    .literal(SIZES, `must be one of ${SIZES.join(', ')}`)
    .check(z.describe('The memory of each copy of the container. With more memory, it has more CPU.')),
  max_concurrency: whole(1, MOST_AT_ONCE).check(
    z.describe('How many requests are answered at the same time. SageMaker refuses further ones.'),
  ),
  provisioned_concurrency: z.optional(
    whole(1, MOST_AT_ONCE).check(
      z.describe('How many requests always find a container that has started. They cost even without requests.'),
    ),
  ),
}).check(
  z.refine(({ max_concurrency: most, provisioned_concurrency: ready }) => ready === undefined || ready <= most, {
    path: ['provisioned_concurrency'],
    error: 'must be at most max_concurrency',
  }),
  z.describe('Serves without instances: SageMaker starts a container when requests come.'),
);

export type ServerlessSection = z.output<typeof serverlessConfig>;
