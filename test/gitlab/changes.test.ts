import { describe, expect, it, onTestFinished } from 'vitest';
import { type GitLab, type GitLabTrouble, startGitLab } from '../../emulator/gitlab.ts';
import { type CommitRange, peopleBehind } from '../../src/gitlab/changes.ts';
import { JOB } from './job.ts';

const [LIVE, ONE, TWO, MERGE] = ['a', 'b', 'c', 'd'].map((sign) => sign.repeat(40)) as [string, string, string, string];
const lim = { id: 71, username: 'lim' };
const bob = { id: 58, username: 'bob' };
const carol = { id: 59, username: 'carol' };

/** A GitLab in which two merge requests came after the commit that is live. */
async function scene(): Promise<GitLab> {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  const { mergeRequests } = gitlab;
  mergeRequests.pushed(LIVE);
  mergeRequests.merged({ iid: 1, author: bob, merger: lim, commits: [ONE] });
  mergeRequests.merged({ iid: 2, author: carol, merger: lim, commits: [TWO] });
  return gitlab;
}

const clock = { now: () => new Date('2026-11-22T09:00:00Z'), sleep: async () => undefined, random: () => 0.5 };

function ask(gitlab: GitLab, range: CommitRange = { from: LIVE, to: TWO }, alone: string[] = [], token?: string) {
  const env = { CI_JOB_TOKEN: token ?? gitlab.jobToken };
  return peopleBehind(range, alone, { job: { ...JOB, server: gitlab.url }, env, clock });
}

const why = (words: string) => ({ is: 'not told', why: expect.stringContaining(words) });

describe('the people behind the commits since the version that is live', () => {
  it('are those who opened and merged their merge requests, each once', async () => {
    expect(await ask(await scene())).toEqual({
      is: 'told',
      value: {
        commits: 2,
        merged: [{ id: '71', login: 'lim' }],
        authors: [
          { id: '59', login: 'carol' },
          { id: '58', login: 'bob' },
        ],
      },
    });
  });

  it('are those of the commit itself where nothing is live, or exactly this commit is', async () => {
    const gitlab = await scene();
    const own = { is: 'told', value: { commits: 1, authors: [{ id: '59' }] } };
    expect(await ask(gitlab, { from: undefined, to: TWO })).toMatchObject(own);
    expect(await ask(gitlab, { from: TWO, to: TWO })).toMatchObject(own);
    expect(await ask(gitlab, { from: TWO, to: ONE })).toMatchObject({ is: 'told', value: { authors: [{ id: '58' }] } });
  });

  it('are also those who merged it into the branch of this pipeline', async () => {
    const gitlab = await scene();
    gitlab.mergeRequests.merged({ iid: 3, author: lim, merger: carol, commits: [MERGE] });
    expect(await ask(gitlab, undefined, [MERGE])).toHaveProperty('value.merged', [
      { id: '71', login: 'lim' },
      { id: '59', login: 'carol' },
    ]);
  });

  it('are unknown where the commit of this pipeline came to another branch alone: somebody pushed it here', async () => {
    const gitlab = await scene();
    gitlab.mergeRequests.merged({ iid: 3, author: lim, merger: carol, commits: [MERGE], target: 'uat' });
    const pushed = why('the commit dddddddddddd came by no merge request into dev: somebody pushed it there');
    expect(await ask(gitlab, undefined, [MERGE])).toMatchObject(pushed);
    expect(await ask(gitlab, { from: TWO, to: MERGE }), 'what was trained elsewhere').toHaveProperty('is', 'told');
    const tagged = {
      job: { ...JOB, server: gitlab.url, refType: 'tag', ref: 'v1' },
      env: { CI_JOB_TOKEN: gitlab.jobToken },
      clock,
    } as const;
    expect(await peopleBehind({ from: undefined, to: MERGE }, [MERGE], tagged), 'by a tag').toHaveProperty(
      'is',
      'told',
    );
    gitlab.mergeRequests.merged({ iid: 4, author: lim, merger: carol, commits: [MERGE] });
    expect(await ask(gitlab, undefined, [MERGE])).toHaveProperty('is', 'told');
  });

  it('are all of them, also where GitLab tells them page by page', async () => {
    const gitlab = await scene();
    const many = Array.from({ length: 230 }, (_, index) => index.toString(16).padStart(40, '0'));
    gitlab.mergeRequests.merged({ iid: 9, author: bob, merger: carol, commits: many });
    const last = many.at(-1) ?? '';
    for (let iid = 10; iid < 35; iid++)
      gitlab.mergeRequests.merged({ iid, author: { id: iid, username: `u${iid}` }, merger: lim, commits: [last] });
    const found = await ask(gitlab, { from: LIVE, to: last });
    expect(found).toMatchObject({ is: 'told', value: { commits: 232 } });
    expect(found).toHaveProperty('value.authors.length', 27);
  });

  it('are unknown where somebody pushed a commit, or the merge request is of a fork, or not merged', async () => {
    const gitlab = await scene();
    gitlab.mergeRequests.pushed(MERGE);
    expect(await ask(gitlab, { from: LIVE, to: MERGE })).toMatchObject(why('somebody pushed it'));
    gitlab.mergeRequests.merged({ iid: 3, author: bob, merger: lim, commits: [MERGE], project: 77 });
    gitlab.mergeRequests.merged({ iid: 4, author: bob, merger: null, commits: [MERGE], state: 'opened' });
    expect(await ask(gitlab, { from: LIVE, to: MERGE })).toMatchObject(why('somebody pushed it'));
  });

  it.each([
    ['opened', { author: null, merger: lim }],
    ['merged', { author: bob, merger: null }],
    ['opened', { author: { id: 3, username: 'ghost' }, merger: lim }],
    ['merged', { author: bob, merger: { id: 3, username: 'ghost1' } }],
  ])('are unknown where GitLab does not tell who %s a merge request', async (what, people) => {
    const gitlab = await scene();
    gitlab.mergeRequests.merged({ iid: 5, commits: [MERGE], ...people });
    expect(await ask(gitlab, { from: LIVE, to: MERGE })).toMatchObject(why(`who ${what} the merge request !5`));
  });

  it('are unknown where GitLab does not know the commit that is live', async () => {
    expect(await ask(await scene(), { from: 'f'.repeat(40), to: TWO })).toMatchObject(why('lists no commits from'));
  });

  it('are unknown where there are more commits than anybody asks about', async () => {
    const gitlab = await scene();
    const many = Array.from({ length: 600 }, (_, index) => index.toString(16).padStart(40, '0'));
    gitlab.mergeRequests.merged({ iid: 9, author: bob, merger: carol, commits: many });
    expect(await ask(gitlab, { from: LIVE, to: many.at(-1) ?? '' })).toMatchObject(why('more than 500 commits'));
  });

  it('are unknown where a commit came by more merge requests than anybody reads', async () => {
    const gitlab = await scene();
    for (let iid = 3; iid < 530; iid++) gitlab.mergeRequests.merged({ iid, author: bob, merger: lim, commits: [TWO] });
    expect(await ask(gitlab)).toMatchObject(why('more than 500 merge requests'));
  });

  it.each<[GitLabTrouble, string]>([
    ['unauthorized', 'never'],
    ['forbidden', 'never'],
    ['project hidden', 'never'],
    ['throttled', 'later'],
    ['internal error', 'later'],
    ['bad gateway', 'later'],
    ['sign-in page', 'later'],
    ['redirected', 'later'],
  ])('are unknown where GitLab answers: %s', async (trouble, because) => {
    const gitlab = await scene();
    gitlab.trouble(trouble);
    expect(await ask(gitlab)).toMatchObject({ is: 'not told', because });
  });

  it('are not asked for with a token that is none of this GitLab', async () => {
    const gitlab = await scene();
    expect(await ask(gitlab, undefined, [], 'glcbt-64_xyz')).toMatchObject({ is: 'not told', because: 'never' });
    expect(gitlab.asked).toEqual([]);
  });
});
