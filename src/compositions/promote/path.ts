import * as z from 'zod/mini';
import { invisibleIn, variableFor } from '../../gitlab/inputs.ts';
import type { Env } from '../../ground/env.ts';
import { whyOffPath } from '../../registry/eligibility.ts';
import type { Judged } from './judge.ts';

const checking = z.object({ promotion_path: z.array(z.string()) });

/**
 * Why check-model would refuse the environment: it is not on the promotion path. Nothing where the environment is not
 * known here, as in the pipeline of a merge request.
 */
export function pathProblems(ofCheck: Judged['known'], env: Env): readonly string[] {
  const environment = env[variableFor('environment')];
  const path = checking.safeParse(ofCheck).data?.promotion_path;
  if (!environment || !path || invisibleIn(environment, undefined, env) !== undefined) return [];
  return [whyOffPath({ environment, path }) ?? []].flat();
}
