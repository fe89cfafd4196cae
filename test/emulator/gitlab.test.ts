import { expect, it, onTestFinished } from 'vitest';
import { startGitLab } from '../../emulator/gitlab.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 8, minute));
const bob = { id: 58, username: 'bob' };

/** A GitLab with three approval jobs on uat and one on main, and how a job asks it. */
async function asking() {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  const { deployments } = gitlab;
  for (const [id, environment] of [
    [901, 'uat/approval'],
    [902, 'main/approval'],
    [903, 'uat/approval'],
    [904, 'uat/approval'],
  ] as const)
    deployments.create({ id, name: 'approve-model', pipeline: id, sha: 'a'.repeat(40), environment }, at(0));
  const ask = async (below: string, token = gitlab.jobToken) => {
    const response = await fetch(`${gitlab.url}/api/v4/projects/42${below}`, { headers: { 'job-token': token } });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const jobsOf = async (query: string) =>
    (await ask(`/deployments?${query}`)).body.map((each: { deployable: { id: number } }) => each.deployable.id);
  return { deployments, ask, jobsOf };
}

it('deployments are listed the oldest first, and otherwise where that is asked for, page by page', async () => {
  const { jobsOf } = await asking();
  expect(await jobsOf('')).toEqual([901, 902, 903, 904]);
  expect(await jobsOf('environment=uat%2Fapproval&sort=desc')).toEqual([904, 903, 901]);
  expect(await jobsOf('environment=uat%2Fapproval&sort=desc&per_page=2&page=2')).toEqual([901]);
  expect(await jobsOf('environment=uat%2Fapproval&per_page=2&page=3')).toEqual([]);
  expect(await jobsOf('environment=prod')).toEqual([]);
});

it('only one deployment by itself has its approvals, and a person has one voice', async () => {
  const { deployments, ask } = await asking();
  deployments.approve(901, bob, at(5), { comment: 'Fine.' });
  expect(() => deployments.approve(901, bob, at(6))).toThrow('already approved or rejected');
  const { body: list } = await ask('/deployments');
  expect(list[0]).not.toHaveProperty('approvals');
  const { body: one } = await ask(`/deployments/${list[0].id}`);
  expect(one).toMatchObject({
    status: 'blocked',
    environment: { name: 'uat/approval' },
    approvals: [{ user: bob, status: 'approved', comment: 'Fine.', created_at: '2026-11-22T08:05:00.000Z' }],
  });
});

it.each([
  ['/deployments/1', 404],
  ['/jobs/1', 404],
  ['/deployments?page=0', 400],
  ['/deployments?per_page=x', 400],
  ['/deployments?sort=down', 400],
  ['/deployments?order_by=finished_by', 400],
  ['/environments', 404],
])('%s is answered with %i', async (below, status) => {
  const { ask } = await asking();
  expect(await ask(below)).toMatchObject({ status });
});

it('nothing is told to somebody with another token', async () => {
  const { ask } = await asking();
  expect(await ask('/deployments', 'glcbt-other')).toMatchObject({ status: 401 });
});
