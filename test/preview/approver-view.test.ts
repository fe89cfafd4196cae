import { describe, expect, it } from 'vitest';
import { approverLines } from '../../src/preview/approver-lines.ts';
import { linksOf } from '../../src/preview/approver-view.ts';
import type { LiveNow } from '../../src/preview/live.ts';
import { builtValue, validationValue, verdictValue } from '../components/handover.ts';
import { CONTENT } from '../registry/package.ts';
import { line, UAT_CRITERIA, UAT_JOB, version, viewOf } from './known.ts';

const served = (changes: string[], now?: string) => ({ now, planned: 'ml.m5.large, instance_count 2', changes });
const pipeline = (number: string) => `${UAT_JOB.projectUrl}/-/pipelines/${number}`;

describe('what an approver reads of a version', () => {
  it('says where it was approved: the status alone does not tell', () => {
    const approved = { 'approved.dev': verdictValue(CONTENT) };
    expect(line('status', version(approved))).toBe('status   Approved in dev');
    expect(line('status', version({}, { approval: 'PendingManualApproval' }))).toBe(
      'status   PendingManualApproval: nobody has approved it yet',
    );
  });

  it.each([
    ['Approved', {}, 'Approved, but no entry of approve-model tells by whom for dev'],
    ['Approved', { 'approved.dev': 'by=jane' }, 'Approved, but no entry of approve-model tells by whom for dev'],
    [
      'PendingManualApproval',
      { 'approved.dev': verdictValue(CONTENT) },
      'PendingManualApproval, although approve-model wrote an approval for dev: somebody set it back',
    ],
  ] as const)('warns of a status that approve-model did not set: %s with %o', (approval, metadata, words) => {
    const { version: facts } = viewOf(version(metadata, { approval }));
    expect(facts.find(({ label }) => label === 'status')).toEqual({ label: 'status', text: words, warns: true });
  });

  it('links the pipelines that built, approved and validated it', () => {
    const passed = version({
      built: builtValue({ pipeline: '89', commit: UAT_JOB.commit }),
      'approved.dev': verdictValue(CONTENT, { pipeline: '90' }),
      'validated.dev': validationValue(CONTENT, { pipeline: '91' }),
    });
    expect(linksOf(viewOf(passed)).map(({ url }) => url)).toEqual([
      `${UAT_JOB.projectUrl}/-/commit/${UAT_JOB.commit}`,
      pipeline('90'),
      pipeline('91'),
      pipeline('89'),
    ]);
    expect(line('approved', passed)).toContain(`in pipeline 90, 2026-11-22T08:00Z: ${pipeline('90')}`);
    expect(linksOf(viewOf(version({})))).toEqual([]);
  });

  it('says for main what dev and uat did', () => {
    const entries = ['dev', 'uat'].flatMap((each) => [
      [`approved.${each}`, verdictValue(CONTENT)],
      [`validated.${each}`, validationValue(CONTENT)],
    ]);
    const path = ['dev', 'uat', 'main'];
    const criteria = {
      environment: 'main',
      path,
      source: 'registry',
      require_validation: true,
      require_evidence: [],
      count_bake_traffic: false,
      pipeline: '1',
    } as const;
    const { passage } = viewOf(version(Object.fromEntries(entries)), { criteria });
    expect(passage.map(({ label, text }) => `${label} ${text.split(' ', 2).join(' ')}`)).toEqual([
      'approved for dev',
      'approved for uat',
      'validated in dev',
      'validated in uat',
    ]);
    expect(passage.some(({ warns }) => warns)).toBe(false);
  });

  it('says in a line what jobs showed of it before, and lets stand out what does not speak for it', () => {
    const value = (words: string) =>
      `${words} n=1200 data=${'d1'.repeat(16)} report=${'e'.repeat(32)} pipeline=90 job=7 at=2026-11-22T08:05Z content=${CONTENT}`;
    const told = `in dev by pipeline 90, 2026-11-22T08:05Z: 1,200 rows, data d1d1d1d1d1d1 (SHA-256): ${pipeline('90')}`;
    expect(line('quality', version({ 'quality.dev': value('verdict=good') }))).toBe(`quality  good ${told}`);
    expect(line('quality', version({ 'quality.dev': value('verdict=bad') }))).toBe(`quality  bad ${told}`);
    expect(line('comparison', version({ 'comparison.dev': value('verdict=first') }))).toBe(
      `comparison first in dev by pipeline 90, 2026-11-22T08:05Z: no version was validated at the end of the path that it could be compared with: ${pipeline('90')}`,
    );
    const criteria = { ...UAT_CRITERIA, path: ['dev', 'uat'] };
    const first = version({ 'comparison.dev': value('verdict=first') });
    expect(line('comparison', first, { criteria, live: { exists: true } })).toContain(
      'that it could be compared with: nobody compared it with what is live',
    );
    expect(line('comparison', first, { criteria })).not.toContain('nobody compared it');
    expect(line('load', version({ 'load.dev': 'fine' }))).toBe(
      'load     in dev: its load evidence of dev has an unknown format: "fine"',
    );
    expect(line('quality', version({ 'quality.main': value('verdict=good') }))).toBeUndefined();
  });

  it.each([
    ['with since when', new Date('2026-11-21T10:00:00Z'), ' since 2026-11-21T10:00Z'],
    ['where nobody tells since when', undefined, ''],
  ])('says that it was live here before, and what replaced it, %s', (_, since, told) => {
    const back = version({
      'approved.uat': verdictValue(CONTENT),
      'validated.uat': validationValue(CONTENT, { endpoint: 'resale-price-uat' }),
    });
    const live = { version: version({}, { version: 3 }), since };
    expect(line('earlier', back, { live })).toBe(
      `earlier  was live here: validated on resale-price-uat, 2026-11-22T08:05Z; then replaced: ResalePriceModelGroup version 3 serves${told}: ${pipeline('90')}`,
    );
    expect(line('earlier', back)).toContain('2026-11-22T08:05Z; it is not live now');
    expect(line('earlier', back, { live: { same: true } })).toBeUndefined();
    expect(line('earlier', version({}))).toBeUndefined();
  });

  it.each<[Partial<LiveNow>, string | undefined]>([
    [
      { serving: served(['instance_count 1 -> 2']), same: true },
      'the same version, served otherwise: instance_count 1 -> 2',
    ],
    [{ serving: served(['instance_count 1 -> 2']), same: false }, 'served otherwise: instance_count 1 -> 2'],
    [{ serving: served([]), same: true }, 'none: exactly this version is live, and served in the same way'],
    [{ serving: served([]), same: false }, undefined],
    [{ serving: undefined, same: true }, undefined],
  ])('says how serving would change, and nothing where nobody compared it: %j', (live, told) => {
    expect(line('change', version({}), { live })).toBe(told && `change   ${told}`);
  });

  it.each<[address: string, etag: string | undefined, told: string]>([
    [
      's3://models/a b/model.tar.gz',
      'abc',
      's3://models/a b/model.tar.gz (ETag abc): https://ap-southeast-1.console.aws.amazon.com/s3/object/models?region=ap-southeast-1&prefix=a%20b%2Fmodel.tar.gz',
    ],
    [
      's3://models/churn/',
      undefined,
      's3://models/churn/ (S3 told no ETag): https://ap-southeast-1.console.aws.amazon.com/s3/buckets/models?region=ap-southeast-1&prefix=churn%2F',
    ],
    ['s3://models/../key', undefined, 's3://models/../key (S3 told no ETag)'],
  ])('leads to the page of its data in the AWS console, where there is one: %s', (address, etag, told) => {
    expect(line('data', version({}, { data: [{ address, etag, isPrefix: false }] }))).toBe(`data     ${told}`);
  });

  it('says that it has no data where the image holds all', () => {
    expect(line('data', version({}, { data: [] }))).toBe('data     none: the image holds all');
  });

  it('says on what it would be served, and on what is served now', () => {
    expect(line('serving', version({}), { live: { serving: served([]) } })).toBe(
      'serving  ml.m5.large, instance_count 2',
    );
    expect(line('serving', version({}), { live: { serving: served([], 'ml.m5.large, instance_count 1') } })).toBe(
      'serving  ml.m5.large, instance_count 2 (now ml.m5.large, instance_count 1)',
    );
  });

  it('says that nobody knows the commit where the training named none', () => {
    expect(line('commit', version({}))).toBe('commit   unknown: the training named no commit');
  });

  it('names the merge requests once, or where a person finds them', () => {
    const url = `${UAT_JOB.projectUrl}/-/merge_requests/7`;
    const built = version({}, { commit: UAT_JOB.commit });
    const read = { is: 'read', all: [{ number: 7, title: 'Deeper trees', url }] } as const;
    const merged = viewOf(built, { mergeRequests: [read, read] }).changes.filter(({ label }) => label === 'merged');
    expect(merged).toEqual([{ label: 'merged', text: '!7 Deeper trees', link: { label: 'Merge request !7', url } }]);
    const notRead = {
      is: 'not read',
      why: 'GitLab answered with HTTP 403',
      url: 'https://gitlab.example.com/c',
    } as const;
    expect(line('merged', built, { mergeRequests: [notRead] })).toBe(
      'merged   unknown by which merge request: GitLab answered with HTTP 403: https://gitlab.example.com/c',
    );
  });

  it('says that a commit came by no merge request, where GitLab knows of none', () => {
    const none = { is: 'read', all: [] } as const;
    const built = version({}, { commit: UAT_JOB.commit });
    expect(line('merged', built, { mergeRequests: [none, none] })).toBe(
      'merged   by no merge request of this project: somebody pushed the commit',
    );
    expect(line('merged', built, { mergeRequests: [] })).toBeUndefined();
  });

  it('warns in the first environment of a version that was built from another commit than the pipeline’s', () => {
    const other = version({}, { commit: 'b'.repeat(40) });
    const [, later] = viewOf(other).changes;
    expect(later).toMatchObject({
      label: 'pipeline',
      warns: false,
      text: expect.stringMatching(/, as is usual after a merge$/),
    });
    const criteria = {
      environment: 'uat',
      path: ['uat'],
      source: 'run',
      require_validation: true,
      require_evidence: [],
      count_bake_traffic: false,
      pipeline: '1',
    } as const;
    const [, first] = viewOf(other, { criteria }).changes;
    expect(first).toMatchObject({ label: 'pipeline', warns: true, text: expect.stringMatching(/built from b{12}$/) });
  });
});

describe('what was decided before', () => {
  const passed = {
    'approved.dev': verdictValue(CONTENT, { pipeline: '90', job: '7' }),
    'approved.dev.comment': 'job=7 RMSE fell by 3',
    'approved.dev.before': verdictValue(CONTENT, { by: 'lim.wei.jie', pipeline: '80' }),
    'validated.dev': validationValue(CONTENT, { job: '9' }),
    'validated.dev.asked': `job=9 payload=${'1a'.repeat(32)} requests=20 median_ms=41 slowest_ms=95`,
    'approved.uat': verdictValue(CONTENT, { by: 'nurul.aisyah', user_id: '57', pipeline: '91', job: '17' }),
  };
  const criteriaOf = (environment: string) =>
    ({
      environment,
      path: ['dev', 'uat', 'main'],
      source: 'registry',
      require_validation: true,
      require_evidence: [],
      count_bake_traffic: false,
      pipeline: '1',
    }) as const;
  const decided = (metadata: Record<string, string>, environment: string) =>
    viewOf(version(metadata), { criteria: criteriaOf(environment) })
      .passage.filter(({ label }) => /^(approved|asked)$/.test(label))
      .map(({ label, text }) => `${label} ${text}`);

  it('is every earlier approval with its comment, and the one that it replaced', () => {
    expect(decided(passed, 'main')).toEqual([
      'approved for dev by jane in pipeline 90, 2026-11-22T08:00Z: "RMSE fell by 3"',
      'approved for dev before that by lim.wei.jie in pipeline 80, 2026-11-22T08:00Z',
      'approved for uat by nurul.aisyah (user ID 57) in pipeline 91, 2026-11-22T08:00Z',
      'asked in dev: 20 requests with the payload 1a1a1a1a1a1a (SHA-256); the median answer took 41 ms, the slowest 95 ms',
    ]);
  });

  it('is an approval for this environment, too, where the version comes again', () => {
    expect(decided(passed, 'uat')).toContain(
      'approved for uat by nurul.aisyah (user ID 57) in pipeline 91, 2026-11-22T08:00Z',
    );
  });

  it('is how fast the environment before answered its one request', () => {
    const once = `job=9 payload=${'1a'.repeat(32)} requests=1 median_ms=41 slowest_ms=41`;
    expect(decided({ ...passed, 'validated.dev.asked': once }, 'uat')).toContain(
      'asked in dev: 1 request with the payload 1a1a1a1a1a1a (SHA-256); it answered in 41 ms',
    );
  });

  it('is no comment and no answer of another job than the one that decided', () => {
    const others = {
      'approved.dev.comment': 'job=8 planted',
      'validated.dev.asked': passed['validated.dev.asked'].replace('job=9', 'job=8'),
    };
    const shown = decided({ ...passed, ...others }, 'main');
    expect(shown.join()).not.toMatch(/planted|requests/);
    expect(shown).toContain('asked in dev: unknown: the entry about it is not of the job that validated');
  });

  it('is told to be unknown where an entry cannot be read, and names nobody', () => {
    const planted = { 'approved.dev': 'by=lim', 'approved.dev.before': 'by=chief' };
    const { passage } = viewOf(version({ ...passed, ...planted }), { criteria: criteriaOf('uat') });
    expect(passage.filter(({ label }) => label === 'approved')).toEqual([
      {
        label: 'approved',
        text: 'for dev by nobody knows whom: the entry has an unknown format: "by=lim"',
        warns: true,
      },
      {
        label: 'approved',
        text: 'for dev before that by nobody knows whom: the entry has an unknown format: "by=chief"',
        warns: true,
      },
      expect.objectContaining({ text: expect.stringContaining('for uat by nurul.aisyah') }),
    ]);
  });
});

describe('what is too much for the log', () => {
  it.each<[what: string, Parameters<typeof viewOf>[1], last: string]>([
    [
      'skipped versions',
      { passedOver: [9, 8, 7, 6, 5].map((number) => ({ version: number, why: 'it is Rejected' })) },
      'skipped: 2 more; see the page',
    ],
    [
      'merge requests',
      {
        mergeRequests: [
          {
            is: 'read',
            all: [1, 2, 3, 4, 5, 6, 7].map((number) => ({ number, title: `M${number}`, url: `u${number}` })),
          },
        ],
      },
      'merged   4 more (on the page)',
    ],
  ])('is counted there, and all of it is on the page: %s', (_, asked, last) => {
    const view = viewOf(version({}, { commit: 'b'.repeat(40) }), asked);
    expect(approverLines(view)).toContain(last);
    expect([view.skipped.length, view.changes.length]).toEqual(last.startsWith('skipped') ? [5, 2] : [0, 9]);
  });
});
