import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { approverPage, comparisonOf, passageLinks } from '../../../src/components/check-model/approver-page.ts';
import type { LiveNow } from '../../../src/components/check-model/live.ts';
import type { ModelPackage } from '../../../src/registry/packages.ts';
import { CONTENT, modelPackage } from '../../registry/package.ts';
import { validationValue, verdictValue } from '../handover.ts';

const job = { projectUrl: 'https://gitlab.example.com/wog/mlops/resale-price', commit: 'c'.repeat(40) };
const version = (metadata: Record<string, string>, more: Partial<ModelPackage> = {}) =>
  modelPackage({ version: 2, approval: 'Approved', metadata, ...more });

/** The page of a version for the environment after these. */
function pageOf(candidate: ModelPackage, live?: ModelPackage, more: Partial<LiveNow> = {}, earlier = ['dev']) {
  return approverPage({
    version: candidate,
    first: 'dev',
    environment: ['dev', 'uat', 'main'][earlier.length] ?? '',
    earlier,
    validationRequired: true,
    takeOver: false,
    live: { words: 'it', version: live, newer: [], changes: undefined, same: false, ...more },
    comparison: comparisonOf(candidate, live, job, false),
    now: new Date('2026-11-22T09:00:00Z'),
  });
}

/** A line of the page, by its first word. */
function line(word: string, candidate: ModelPackage, live?: ModelPackage, more: Partial<LiveNow> = {}) {
  return pageOf(candidate, live, more).find((each) => each.startsWith(`${word} `));
}

describe('what was decided before', () => {
  const passed = {
    'approved.dev': verdictValue(CONTENT, { pipeline: '90', job: '7' }),
    'approved.dev.comment': 'job=7 RMSE fell by 3',
    'approved.dev.before': verdictValue(CONTENT, { by: 'lim.wei.jie', pipeline: '80' }),
    'validated.dev': validationValue(CONTENT, { job: '9' }),
    'validated.dev.asked': `job=9 payload=${'1a'.repeat(32)} requests=20 median_ms=41 slowest_ms=95`,
    'approved.uat': verdictValue(CONTENT, { by: 'nurul.aisyah', user_id: '57', pipeline: '91', job: '17' }),
    'validated.uat': validationValue(CONTENT, { job: '19' }),
  };
  const decided = (metadata: Record<string, string>, earlier: string[]) =>
    pageOf(version(metadata), undefined, {}, earlier).filter((each) => /^(approved|asked) /.test(each));

  it('is every earlier approval with its comment, and the one that it replaced', () => {
    expect(decided(passed, ['dev', 'uat'])).toEqual([
      'approved for dev by jane in pipeline 90, 2026-11-22T08:00Z: "RMSE fell by 3"',
      'approved for dev before that by lim.wei.jie in pipeline 80, 2026-11-22T08:00Z',
      'approved for uat by nurul.aisyah (user ID 57) in pipeline 91, 2026-11-22T08:00Z',
    ]);
  });

  it('is what the environment before was asked, and how fast it answered', () => {
    const asked = (words: Record<string, string> = {}) => decided({ ...passed, ...words }, ['dev']).slice(-1);
    expect(asked({ 'approved.uat': '' })).toEqual([
      'asked       20 requests with the payload 1a1a1a1a1a1a (SHA-256); the median answer took 41 ms, the slowest 95 ms',
    ]);
    const once = `job=9 payload=${'1a'.repeat(32)} requests=1 median_ms=41 slowest_ms=41`;
    expect(asked({ 'validated.dev.asked': once })).toEqual([
      'asked       1 request with the payload 1a1a1a1a1a1a (SHA-256); it answered in 41 ms',
    ]);
  });

  it('is an approval for this environment, too, where the version comes again', () => {
    expect(decided(passed, ['dev'])).toContain(
      'approved for uat by nurul.aisyah (user ID 57) in pipeline 91, 2026-11-22T08:00Z',
    );
  });

  it('is no comment and no answer of another job than the one that decided', () => {
    const others = {
      'approved.dev.comment': 'job=8 planted',
      'validated.dev.asked': passed['validated.dev.asked'].replace('job=9', 'job=8'),
    };
    expect(decided({ ...passed, ...others }, ['dev', 'uat']).join()).not.toMatch(/planted|requests/);
  });
});

it('says where a version was approved: the status alone does not tell', () => {
  expect(line('status', version({}))).toBe('status   Approved in dev');
  expect(line('status', version({}, { approval: 'PendingManualApproval' }))).toBe(
    'status   PendingManualApproval: nobody has approved it yet',
  );
});

it('links the pipelines that approved and validated a version in the environment before', () => {
  const passed = version({
    'approved.dev': verdictValue(CONTENT, { pipeline: '90' }),
    'validated.dev': validationValue(CONTENT, { pipeline: '91' }),
  });
  expect(passageLinks(passed, 'dev', job.projectUrl)).toEqual([
    ['Approved for dev', `${job.projectUrl}/-/pipelines/90`],
    ['Validated in dev', `${job.projectUrl}/-/pipelines/91`],
  ]);
  expect(passageLinks(version({}), 'dev', job.projectUrl)).toEqual([]);
});

it.each<[Partial<LiveNow>, string | undefined]>([
  [{ changes: ['instance_count 1 -> 2'], same: true }, 'the same version, served otherwise: instance_count 1 -> 2'],
  [{ changes: ['instance_count 1 -> 2'], same: false }, 'served otherwise: instance_count 1 -> 2'],
  [{ changes: [], same: true }, 'none: exactly this version is live, and served in the same way'],
  [{ changes: [], same: false }, undefined],
  [{ changes: undefined, same: true }, undefined],
])('says how serving would change, and nothing where nobody compared it: %j', (live, told) => {
  expect(line('change', version({}), undefined, live)).toBe(told && `change   ${told}`);
});

describe('the metrics that an approver reads', () => {
  it.each<[what: string, ours: Record<string, string>, live: Record<string, string> | undefined, told: string]>([
    ['one, with nothing live', { rmse: '41250' }, undefined, 'rmse=41250'],
    ['one that fell', { rmse: '41250' }, { rmse: '43000' }, 'rmse=41250 (live 43000: -1750)'],
    ['one that rose', { r2: '0.9' }, { r2: '0.85' }, 'r2=0.9 (live 0.85: +0.05)'],
    ['one that stayed', { r2: '0.9' }, { r2: '0.90' }, 'r2=0.9 (live 0.90: 0)'],
    ['one that is new', { rmse: '1', mae: '2' }, { rmse: '1' }, 'rmse=1 (live 1: 0), mae=2'],
    ['one with its bounds', { rmse: '4', rmse_max: '5', rmse_min: '1' }, undefined, 'rmse=4 (at most 5; at least 1)'],
    ['a word', { data: 'resale' }, { data: 'rental' }, 'data=resale (live rental)'],
    ['a bound of nothing', { price_max: '7' }, undefined, 'price_max=7'],
    ['no entry of ours', { built: 'x', 'approved.dev': 'y' }, undefined, 'none: the training wrote none'],
    [
      'more than fit in a line',
      Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`m${number}`, '1'])),
      undefined,
      "m5=1 and 3 more, which the job's record.json has",
    ],
  ])('%s', (_, ours, live, told) => {
    expect(line('metrics', version(ours), live && version(live, { version: 1 }))).toContain(told);
  });

  it('name the reports of the training, whose links stand on the page of the job', () => {
    const metrics = new Map([
      ['model quality', 's3://b/q.json'],
      ['bias', 's3://b/b.json'],
      ['explainability', 's3://b/e.json'],
    ]);
    expect(line('reports', version({}, { metrics }))).toBe(
      'reports  model quality, bias, explainability: see the links of this job',
    );
  });
});

describe('the comparison that an approver opens', () => {
  const built = (commit: string, number: number) =>
    version({ built: `pipeline=1 job=1 commit=${commit} at=2026-11-22T08:00Z execution=e` }, { version: number });

  it.each([
    [
      'is with what is live',
      built('b'.repeat(40), 2),
      built('a'.repeat(40), 1),
      `/-/compare/${'a'.repeat(40)}...${'b'.repeat(40)}?straight=true`,
    ],
    ['is the commit itself where nothing is live', built('b'.repeat(40), 2), undefined, `/-/commit/${'b'.repeat(40)}`],
    [
      'is the commit itself where the same is live',
      built('b'.repeat(40), 2),
      built('b'.repeat(40), 1),
      `/-/commit/${'b'.repeat(40)}`,
    ],
    [
      'is the commit that the training named',
      version({}, { commit: 'd'.repeat(40) }),
      undefined,
      `/-/commit/${'d'.repeat(40)}`,
    ],
  ])('%s', (_, candidate, live, path) => {
    expect(comparisonOf(candidate, live, job, false)?.url).toBe(`${job.projectUrl}${path}`);
  });

  it('is none where nobody knows the commit, and the line says so', () => {
    expect(comparisonOf(version({}), undefined, job, false)).toBeUndefined();
    expect(line('commit', version({}))).toBe('commit   unknown: the training named no commit');
  });

  it('says in the first environment that the version was built from another commit than this pipeline’s', () => {
    expect(comparisonOf(built('b'.repeat(40), 2), undefined, job, true)?.words).toBe(
      'bbbbbbbbbbbb, which is not the commit of this pipeline (cccccccccccc)',
    );
    expect(comparisonOf(built(job.commit, 2), undefined, job, true)?.words).toBe('cccccccccccc');
  });

  it.each<[how: string, merge: readonly string[][]]>([
    ['a merge commit', [['merge', '--no-ff', '-m', 'merge', 'dev']]],
    [
      'a squash',
      [
        ['merge', '--squash', '-X', 'theirs', 'dev'],
        ['commit', '-m', 'squashed'],
      ],
    ],
    ['a fast-forward', [['merge', '--ff-only', 'dev']]],
  ])('shows what changed between two trainings that came to uat by %s', (_, merge) => {
    const root = mkdtempSync(join(tmpdir(), 'history-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const git = (...words: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=jane', '-c', 'user.email=jane@example.com', ...words], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    /** Trains on dev from a changed file, and merges into uat: the commit of the version. */
    const train = (text: string) => {
      git('switch', 'dev');
      writeFileSync(join(root, 'train.py'), text);
      git('add', '.');
      git('commit', '-m', text);
      const commit = git('rev-parse', 'HEAD');
      git('switch', 'uat');
      for (const words of merge) git(...words);
      return commit;
    };
    git('init', '-b', 'dev');
    git('commit', '--allow-empty', '-m', 'begin');
    git('branch', 'uat');
    const [live, next] = [train('depth = 3'), train('depth = 9')];

    const url = comparisonOf(built(next, 2), built(live, 1), job, false)?.url ?? '';
    const [, from = '', to = ''] = /compare\/(\w+)\.\.\.(\w+)\?/.exec(url) ?? [];
    expect(git('diff', from, to)).toContain('-depth = 3');
    expect(git('diff', from, to)).toContain('+depth = 9');
  });
});
