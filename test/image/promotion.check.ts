import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../compiler/pipeline.ts';
import { approve, BRANCHES, definitionWith, type ResalePrice, startResalePrice } from '../promotion/resale-price.ts';
import { type Bases, makeBases } from './bases.ts';
import { buildImage, IMAGE } from './build.ts';
import { type Engine, startEngine } from './engine.ts';

let engine: Engine;
let bases: Bases;

beforeAll(() => {
  engine = startEngine();
  bases = makeBases(engine);
  buildImage(engine, bases);
});
afterAll(() => engine?.close());

/** The example, with each of its jobs in a container of the image that its template names. */
function inContainers(
  edition: 'promote' | 'single',
  replaced: Readonly<Record<string, string>> = {},
): Promise<ResalePrice> {
  const options = ['--container-executable=podman', `--helper-image=${bases.helper}`];
  return startResalePrice({ edition, replaced, containers: { options, env: engine.env } });
}

describe('the promotion, with each job inside the image', () => {
  let stage: ResalePrice;
  const jobs: Job[] = [];

  beforeAll(async () => {
    // A load takes a minute of the clock, and is invalid on a machine that is busy.
    stage = await inContainers('single', { 'load-test': 'true' });
    for (const branch of BRANCHES) {
      const pipeline = stage.project.push(branch, branch === 'dev' ? definitionWith('MaxDepth', 7) : {});
      jobs.push(...(await pipeline.run()), ...(await approve(pipeline, branch)));
    }
  });
  afterAll(() => stage?.close());

  it('goes green from dev to uat to main', () => {
    const later = ['check-model 0', 'approve-model 0', 'deploy-model 0', 'validate-endpoint 0'];
    expect(jobs.map(({ name, exit }) => `${name} ${exit}`)).toEqual([
      'deploy-pipeline 0',
      ...later,
      ...later,
      'evaluate-model 0',
      'load-test 0',
      'compare-models 0',
      ...later,
    ]);
    for (const branch of BRANCHES) expect(stage.emulator.endpoint(`resale-price-${branch}`)?.status).toBe('InService');
  });

  it('is green for no job whose program did not run, as a user who is not root', () => {
    for (const { name, log, record } of jobs) {
      if (name === 'load-test') continue;
      expect(log).toContain('In the image, as 10001.');
      expect(record).toBeDefined();
    }
    const writers = stage.emulator.calls.filter(({ operation }) => /^(Create|Update|Start)/.test(operation));
    expect(writers.length).toBeGreaterThanOrEqual(10);
  });
});

describe('an image whose entrypoint swallows what it is given', () => {
  beforeAll(() => {
    const container = engine.buildah('from', '--pull-never', IMAGE).trim();
    engine.buildah('config', '--entrypoint', '["true"]', container);
    engine.buildah('commit', container, IMAGE);
    engine.buildah('rm', container);
  });
  afterAll(() => buildImage(engine, bases));

  it('runs the programs all the same, because the templates drop the entrypoint', async () => {
    const stage = await inContainers('single');
    const [job] = await stage.project.push('dev', definitionWith('MaxDepth', 7)).run();
    await stage.close();
    expect(job).toMatchObject({ name: 'deploy-pipeline', exit: 0, record: expect.anything() });
  });
});

describe('an image in which a command does nothing', () => {
  it('lets the next job end red', async () => {
    const stage = await inContainers('single', { 'deploy-pipeline': 'true' });
    const jobs = await stage.project.push('dev', definitionWith('MaxDepth', 7)).run();
    await stage.close();
    expect(jobs.map(({ name, exit }) => [name, exit === 0])).toEqual([
      ['deploy-pipeline', true],
      ['check-model', false],
    ]);
  });
});
