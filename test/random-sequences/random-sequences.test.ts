import { expect, it } from 'vitest';
import { liveThrough } from './random-sequences.ts';

/** What must come about often enough in so many histories for the property to mean something. */
const REACHED = [
  'validate-endpoint in dev: 0',
  'validate-endpoint in uat: 0',
  'validate-endpoint in main: 0',
  'approve-model in dev: 1',
  'check-model in uat: 80',
  'deploy-model in dev: 1',
  'deploy-model in dev: 124',
  'deploy-model in dev: died',
  'deploy-pipeline in dev: died',
  'reject-model in dev: 0',
  'validate-endpoint in dev: 1',
  'validate-endpoint in dev: died',
  'rollback-endpoint in dev: 0',
  'rollback-endpoint in dev: 1',
  'went back',
  'delete-endpoint in dev: 0',
  'delete-endpoint in uat: 0',
  'cleaned up: a config',
  'cleaned up: a model',
  'refused: the end of the path is not deleted',
  'refused: the endpoint is another project’s',
  'refused: an update would remove something',
  'refused: the version came with entries',
  'plan: version',
  'plan: training',
  'plan: nothing',
  'plan: refused',
  'plan: create',
  'plan: update',
  'bake: good',
  'bake: payload',
  'bake: nothing',
  'bake: none',
  'an alarm fired',
  'deploy-model: serverless',
  'validate-endpoint: serverless',
  'rollback-endpoint: serverless',
  'delete-endpoint: serverless',
  'deploy-model: asynchronous',
  'delete-endpoint: asynchronous',
  'refused: another kind',
];

it('whatever happens in whatever order, only what was approved and validated goes live, and green means live', async () => {
  const tally = await liveThrough({ runs: 400, seed: 5 });
  expect([...tally.keys()]).toEqual(expect.arrayContaining(REACHED));
}, 300_000);
