import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectWith } from './project.ts';

const COMMENTED = 'environments:\n  uat:\n    comment: required\n';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

describe('the policy of an environment', () => {
  it('is shown before anybody is asked, in the log, on the page and on the Tests tab', async () => {
    const project = await projectWith(COMMENTED);
    const { exit, log, junit } = await project.check();
    const words = 'to come: comment (policy.yml) asks for a comment of the approver';
    expect([exit, log]).toEqual([0, expect.stringContaining(`policy   ${words}`)]);
    expect(readFileSync(join(project.root, 'sagemaker/check-model/1/approve.html'), 'utf8')).toContain(words);
    expect(junit).toContain('name="policy.yml permits uat: comment"');
  });

  it('costs check-model no version that it describes twice, and no second list', async () => {
    const project = await projectWith(COMMENTED);
    for (let version = 2; version <= 4; version++) project.emulator.register({ status: 'Approved' });
    const { calls } = await project.check();
    const asked = (operation: string) => calls.filter((call) => call === operation).length;
    expect([asked('ListModelPackages'), asked('DescribeModelPackage')]).toEqual([1, 4]);
  });

  it('refuses an approval that it does not permit, and nothing is written', async () => {
    const project = await projectWith(COMMENTED);
    await project.check();
    const { exit, log, calls } = await project.approve();
    expect([exit, log]).toEqual([1, expect.stringContaining('ERROR SMC-3301: The policy of uat does not permit jane')]);
    expect(calls).not.toContain('UpdateModelPackage');
  });

  it('stands in the approval by its hash, and holds again at the deployment', async () => {
    const project = await projectWith(COMMENTED);
    await project.check();
    expect((await project.approve('RMSE fell by 3')).exit).toBe(0);
    const entry = project.emulator.package(project.arn)?.metadata['approved.uat'];
    expect(entry).toContain(` policy=${hashOf(COMMENTED)}`);
    const { exit, log } = await project.deploy();
    expect([exit, log]).toEqual([0, expect.stringContaining('holds: comment (policy.yml)')]);
  });

  it.each([
    ['another policy', { policy: `${COMMENTED}  main: {}\n`, inputs: {} }],
    ['no policy', { policy: COMMENTED, inputs: { policy_file: '' } }],
  ])('refuses the deployment under %s than that of the approval', async (_, { policy, inputs }) => {
    const project = await projectWith(COMMENTED);
    await project.check();
    await project.approve('RMSE fell by 3');
    project.commit(policy);
    const { exit, log, calls } = await project.deploy({ inputs });
    expect([exit, log]).toEqual([1, expect.stringContaining('ERROR SMC-3302')]);
    expect(calls.filter((call) => /^(Create|Update)/.test(call))).toEqual([]);
  });
});
