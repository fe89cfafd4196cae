import { describe, expect, it } from 'vitest';
import { jobs } from '../../bench/jobs.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { setStage, start } from '../interruption/killing.ts';

/** Of two requests that a job sends at the same time, and may not: the one whose refusal it tells, and the other. */
const PAIRS: readonly [job: string, told: string, other: string][] = [
  ['deploy-pipeline', 'ListPipelineExecutions', 'DescribePipeline'],
  ['deploy-pipeline', 'DescribePipelineDefinitionForExecution', 'DescribePipelineExecution'],
  ['deploy-pipeline', 'DescribePipelineExecution', 'ListPipelineExecutionSteps'],
  ['check-model', 'ListModelPackages', 'DescribeEndpoint'],
  ['check-model', 'DescribeModelPackage', 'DescribeEndpointConfig'],
  ['deploy-model', 'DescribeModelPackage', 'DescribeEndpoint'],
  ['deploy-model', 'DescribeEndpoint', 'ListTags'],
  ['deploy-model', 'DescribeEndpointConfig', 'DescribeModel'],
  ['validate-endpoint', 'DescribeEndpoint', 'DescribeModelPackage'],
  ['validate-endpoint', 'DescribeEndpointConfig', 'DescribeModel'],
  ['validate-endpoint', 'DescribeModel', 'DescribeModelPackage'],
];

/** Lets one operation take effect only when another was answered. */
function answerLast(emulator: Emulator, last: string, first: string): void {
  const answered = Promise.withResolvers<void>();
  emulator.onAnswered = ({ operation }) => {
    if (operation === first) answered.resolve();
  };
  emulator.onAsked = ({ operation }) => (operation === last ? answered.promise : undefined);
}

describe.each(PAIRS)('%s that may do neither %s nor %s', (name, told, other) => {
  it.each([
    ['first', other, told],
    ['last', told, other],
  ])('tells the refusal of the former, when that answer comes %s', async (_, last, first) => {
    const scene = jobs[name]?.scene;
    if (!scene) throw new Error(`bench/jobs.ts has no ${name}.`);
    const stage = await setStage(scene);
    for (const operation of [told, other]) stage.emulator.fault({ operation, kind: 'access denied', times: 9 });
    answerLast(stage.emulator, last, first);
    const { exit, log } = await start(stage);
    expect(exit, log).toBe(77);
    expect(log).toContain(`Next: add sagemaker:${told} to the policy of the job's role`);
  });
});
