import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approve, BRANCHES, definitionWith, exitsOf, type ResalePrice, startResalePrice } from './resale-price.ts';

const included = readFileSync(new URL('../../examples/resale-price/.gitlab-ci.yml', import.meta.url), 'utf8');

/** A test of the team's own beside check-model, in the stage before the approval. A change of it starts the promotion. */
const withTest = {
  '.gitlab-ci.yml': `${included.replace('changes:\n', 'changes:\n        - contract.sh\n')}\ncontract-test:\n  stage: test\n  script: [sh contract.sh]\n`,
};
const red = { 'contract.sh': 'exit 1\n' };
const green = { 'contract.sh': 'exit 0\n' };

let stage: ResalePrice;
beforeAll(async () => {
  stage = await startResalePrice({ edition: 'promote', hurry: true });
}, 60_000);
afterAll(async () => stage?.close());

it('nobody can approve in an environment where a test of the team is red', async () => {
  for (const branch of BRANCHES) {
    const training = branch === 'dev' ? { ...definitionWith('MaxDepth', 7), ...withTest } : {};
    const stopped = stage.project.push(branch, { ...training, ...red });
    expect(exitsOf(await stopped.run())).toMatchObject({ 'check-model': 0, 'contract-test': 1 });
    expect(['approve-model', 'reject-model', 'deploy-model'].map((name) => stopped.statusOf(name))).toEqual(
      Array(3).fill('skipped'),
    );

    const passing = stage.project.push(branch, green);
    expect(exitsOf(await passing.run())).toMatchObject({ 'contract-test': 0 });
    expect(exitsOf(await approve(passing, branch))).toMatchObject({ 'validate-endpoint': 0 });
  }
}, 180_000);
