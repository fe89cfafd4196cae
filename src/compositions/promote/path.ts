import * as z from 'zod/mini';
import checkModel from '../../components/check-model.ts';
import { invisibleIn, variableFor } from '../../gitlab/inputs.ts';
import { whyOffPath } from '../../registry/eligibility.ts';
import { judge, type Viewpoint } from './judge.ts';

const checking = z.object({ promotion_path: z.array(z.string()) });

/**
 * Why check-model would refuse the environment: it is not on the promotion path. Nothing where the environment is not
 * known here, as in the pipeline of a merge request.
 */
export function pathProblems(viewpoint: Viewpoint): readonly string[] {
  const { env } = viewpoint;
  const environment = env[variableFor('environment')];
  const path = checking.safeParse(judge(checkModel, viewpoint).known).data?.promotion_path;
  if (!environment || !path || invisibleIn(environment, undefined, env) !== undefined) return [];
  return [whyOffPath({ environment, path }) ?? []].flat();
}
