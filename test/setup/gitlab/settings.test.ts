import { expect, it } from 'vitest';
import { project } from './project.ts';

it('plan shows what differs as GitLab names it, apply makes it, and then plan and check find nothing', async () => {
  const { run, administration } = await project();
  const planned = await run('plan');
  expect(planned.text).toContain('Settings > CI/CD > Variables\n');
  expect(planned.text).toContain('  AWS_REGION (All environments) is missing: ap-southeast-1\n');
  expect(await run('check')).toMatchObject({ code: 1 });
  expect(administration.variables.all).toEqual([]);
  expect(await run('apply')).toMatchObject({ code: 0 });
  expect(await run('plan')).toEqual({ code: 0, text: 'Nothing to do.' });
  expect(await run('check')).toMatchObject({ code: 0 });
});
