import { describe, expect, it } from 'vitest';
import { judgePolicy } from '../../src/policy/judge.ts';
import type { Facts } from '../../src/policy/rule.ts';
import { momentsOf, wallTimeAt } from '../../src/policy/wall-time.ts';
import { entryValue } from '../../src/registry/entries.ts';
import { builtValue, validationValue, verdictValue } from '../components/handover.ts';
import { CONTENT, modelPackage } from '../registry/package.ts';
import { factsOf, found, policyOfUat } from './facts.ts';

const versionWith = (metadata: Record<string, string>) => ({
  version: modelPackage({ version: 1, approval: 'Approved', metadata }),
});
const at = (now: string): Partial<Facts> => ({ time: { is: 'known', now: new Date(now) } });
const noTime: Partial<Facts> = { time: { is: 'unknown', why: "the runner's clock is wrong" } };

const evidence = (kind: string, environment: string, more: object = {}) => ({
  [`${kind}.${environment}`]: entryValue({
    verdict: 'good',
    n: '1000',
    data: 'a'.repeat(32),
    report: 'b'.repeat(32),
    pipeline: '90',
    job: '9',
    at: '2026-11-22T08:00Z',
    content: CONTENT,
    ...more,
  }),
});

const people = (merged: string, author: string): Partial<Facts> => ({
  changes: async () => ({
    is: 'told',
    value: { commits: 2, merged: [{ id: merged, login: 'lim' }], authors: [{ id: author, login: 'bob' }] },
  }),
});
const untold = (because: 'later' | 'never' | 'nonsense'): Partial<Facts> => ({
  changes: async () => ({ is: 'not told', because, why: 'GitLab answered with HTTP 403' }),
});

const FIVE = { user_id: '1', people: '5', with: 'a:2/b:3/c:4+1/57' };

const MAIN: Partial<Facts> = { environment: 'main' };

type Row = [given: string, policy: string, facts: Partial<Facts>, finding: string];

describe('who may never approve', () => {
  it.each<Row>([
    ['another person trained it', 'never: [trained]', versionWith({ built: builtValue({ user_id: '58' }) }), 'holds'],
    [
      'the same person trained it',
      'never: [trained]',
      versionWith({ built: builtValue({ user_id: '57' }) }),
      'does not hold: jane (user ID 57); the user ID 57 trained it',
    ],
    [
      'a release before recorded no trainer',
      'never: [trained]',
      versionWith({ built: builtValue() }),
      'unknown: unknown: pipeline 90 did not record who trained it',
    ],
    ['nothing tells where it comes from', 'never: [trained]', {}, 'unknown: unknown: nothing tells who trained it'],
    [
      'no token says who approves',
      'never: [trained]',
      {
        ...versionWith({ built: builtValue({ user_id: '58' }) }),
        approver: { by: 'unverified', userId: undefined, comment: '', at: '2026-11-22T09:00Z' },
      },
      'unknown: unknown: nobody knows the account of unverified',
    ],
    [
      'nobody is asked yet, and who opened its merge requests is known',
      'never: [merge_request_author]',
      { ...people('58', '59'), moment: 'check', approver: undefined },
      'to come: bob (user ID 59) opened the merge requests of its 2 commits',
    ],
    [
      'there is no environment before',
      'never: [approved_before]',
      { environment: 'dev', moment: 'check', approver: undefined },
      'to come: nobody approved it before',
    ],
    ['others merged and wrote it', 'never: [merged, merge_request_author]', people('58', '59'), 'holds; holds'],
    [
      'the same person merged it',
      'never: [merged, merge_request_author]',
      people('57', '59'),
      'does not hold: jane (user ID 57); lim (user ID 57) merged its 2 commits; holds',
    ],
    [
      'the same person opened its merge request',
      'never: [merge_request_author]',
      people('58', '57'),
      'does not hold: jane (user ID 57); bob (user ID 57) opened the merge requests of its 2 commits',
    ],
    ['GitLab does not tell', 'never: [merged]', untold('never'), 'unknown: unknown: GitLab answered with HTTP 403'],
    [
      'another person approved it for dev',
      'never: [approved_before]',
      versionWith({ 'approved.dev': verdictValue(CONTENT, { user_id: '58' }) }),
      'holds',
    ],
    [
      'the same person approved it for dev, under another login',
      'never: [approved_before]',
      versionWith({ 'approved.dev': verdictValue(CONTENT, { by: 'jane2', user_id: '57' }) }),
      'does not hold: jane (user ID 57); the user IDs 57 approved it before',
    ],
    [
      'nobody knows who approved it for dev',
      'never: [approved_before]',
      versionWith({ 'approved.dev': verdictValue(CONTENT) }),
      'unknown: unknown: nothing tells which accounts approved it for dev',
    ],
    [
      'it was approved for dev, and never for uat',
      'never: [approved_before]',
      { ...MAIN, ...versionWith({ 'approved.dev': verdictValue(CONTENT, { user_id: '58' }) }) },
      'unknown: unknown: nothing tells which accounts approved it for uat',
    ],
    [
      'five people approved it for dev, and the same person was the last of them',
      'never: [approved_before]',
      versionWith({ 'approved.dev': verdictValue(CONTENT, FIVE) }),
      'does not hold: jane (user ID 57); the user IDs 1, 2, 3, 4, 57 approved it before',
    ],
    [
      'an entry of an earlier release does not name all five',
      'never: [approved_before]',
      versionWith({ 'approved.dev': verdictValue(CONTENT, { ...FIVE, with: 'a:2/b:3/c:4+1' }) }),
      'unknown: unknown: nothing tells which accounts approved it for dev',
    ],
    [
      'an entry names fewer people than stand for it',
      'never: [approved_before]',
      versionWith({ 'approved.dev': verdictValue(CONTENT, { ...FIVE, with: 'a:2' }) }),
      'unknown: unknown: nothing tells which accounts approved it for dev',
    ],
    [
      'nobody is asked yet',
      'never: [trained]',
      { ...versionWith({ built: builtValue({ user_id: '58' }) }), moment: 'check', approver: undefined },
      'to come: the user ID 58 trained it',
    ],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });
});

it('says what helps where an entry has no room for the accounts of all who approved before', async () => {
  const next = async (words: Record<string, string>) => {
    const facts = factsOf(versionWith({ 'approved.dev': verdictValue(CONTENT, words) }));
    return (await judgePolicy(await policyOfUat('never: [approved_before]'), facts)).map((rule) => rule.next);
  };
  expect(await next({ ...FIVE, with: '+4' })).toEqual([
    'let fewer people approve it for dev, in a new pipeline: its entry has no room for the accounts of all of them. Or take approved_before out of the policy.',
  ]);
  expect(await next({})).toEqual(['approve it for dev again, in a new pipeline.']);
});

it('asks for somebody else where whoever approves is excluded, and for nobody else where they are not', async () => {
  const next = async (trainer: string) => {
    const facts = factsOf(versionWith({ built: builtValue({ user_id: trainer }) }));
    return (await judgePolicy(await policyOfUat('never: [trained]'), facts)).map((rule) => rule.next);
  };
  expect(await next('57')).toEqual(['ask somebody else to start the approve job of this pipeline.']);
  expect(await next('58')).toEqual([undefined]);
});

describe('of which group an approver must be', () => {
  const FROM = 'from: [{ group: wog/sales, id: 7 }, { group: wog/risk, id: 134 }]';
  const of = (groups: NonNullable<Facts['approver']>['groups'], more: object = {}): Partial<Facts> => ({
    approver: { by: 'jane', userId: '57', comment: '', at: '2026-11-22T09:00Z', groups, ...more },
  });
  it.each<Row>([
    ['their token names one of them', FROM, of({ by: 'path', of: ['wog/mlops', 'wog/risk'] }), 'holds'],
    ['an approval rule names one of them', FROM, of({ by: 'number', of: ['134'] }), 'holds'],
    [
      'a group has the number for its name',
      FROM,
      of({ by: 'path', of: ['134'] }),
      'does not hold: jane is of none of them',
    ],
    [
      'a rule has the path for its number',
      FROM,
      of({ by: 'number', of: ['wog/risk'] }),
      'does not hold: jane is of none of them',
    ],
    [
      'they are of a group below',
      FROM,
      of({ by: 'path', of: ['wog/risk/interns'] }),
      'does not hold: jane is of none of them',
    ],
    ['they are of no group', FROM, of({ by: 'path', of: [] }), 'does not hold: jane is of none of them'],
    ['nobody tells', FROM, of(undefined), 'unknown: nobody tells of which groups jane is'],
    ['the approval stands', FROM, of(undefined, { isStanding: true }), 'holds'],
    ['nobody is asked yet', FROM, { moment: 'check', approver: undefined }, 'to come: nobody has approved yet'],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });

  it('is said with the names of the groups, and asked of each person', async () => {
    const [rule] = (await policyOfUat(FROM)).sources.flatMap(({ rules }) => rules);
    expect(rule).toMatchObject({ asks: 'somebody of wog/sales or wog/risk', isPersonal: true, isOfGroups: true });
  });
});

describe('what an approver must type', () => {
  const saying = (comment: string): Partial<Facts> => ({
    approver: { by: 'jane', userId: '57', comment, at: '2026-11-22T09:00Z' },
  });
  it.each<Row>([
    ['they typed words', 'comment: required', saying('RMSE fell'), 'holds'],
    ['they typed signs', 'comment: required', saying('...'), 'does not hold: "..." has none'],
    ['they typed words of another script', 'comment: required', saying('误差下降'), 'holds'],
    ['they typed nothing', 'comment: required', saying(''), 'does not hold: there is none'],
    [
      'nobody is asked yet',
      'comment: required',
      { moment: 'check', approver: undefined },
      'to come: nobody has approved yet',
    ],
    ['no policy asks for it', 'freeze: []', saying(''), ''],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });
});

describe('what a version must have shown before', () => {
  const WEEK = 'evidence:\n  quality:\n    max_age: 7 days';
  const SAME = 'evidence:\n  quality:\n    same_data: true';
  it.each<Row>([
    ['it is good and new', WEEK, versionWith(evidence('quality', 'dev')), 'holds'],
    [
      'it is as old as it may be',
      WEEK,
      { ...versionWith(evidence('quality', 'dev')), ...at('2026-11-29T08:00:00Z') },
      'holds',
    ],
    [
      'it is older',
      WEEK,
      { ...versionWith(evidence('quality', 'dev')), ...at('2026-11-29T08:01:00Z') },
      'does not hold: 7 days old (2026-11-22T08:00Z)',
    ],
    [
      'nobody knows the time',
      WEEK,
      { ...versionWith(evidence('quality', 'dev')), ...noTime },
      "unknown: unknown: the runner's clock is wrong",
    ],
    ['there is none', WEEK, {}, 'does not hold: it has no quality evidence of dev (quality.dev)'],
    [
      'it is bad',
      WEEK,
      versionWith(evidence('quality', 'dev', { verdict: 'bad' })),
      'does not hold: its quality evidence of dev is bad',
    ],
    [
      'it is of other content',
      WEEK,
      versionWith(evidence('quality', 'dev', { content: 'd'.repeat(32) })),
      'does not hold: its quality evidence of dev is of other content than it has now',
    ],
    [
      'it is that of an earlier environment',
      WEEK,
      { ...MAIN, ...versionWith(evidence('quality', 'dev')) },
      'does not hold: it has no quality evidence of uat (quality.uat)',
    ],
    [
      'it is of other data in one of them, which the policy lets be',
      SAME.replace('true', 'false'),
      {
        ...MAIN,
        ...versionWith({ ...evidence('quality', 'dev', { data: 'c'.repeat(32) }), ...evidence('quality', 'uat') }),
      },
      'holds',
    ],
    [
      'it is of the same data in both environments',
      SAME,
      { ...MAIN, ...versionWith({ ...evidence('quality', 'dev'), ...evidence('quality', 'uat') }) },
      'holds',
    ],
    [
      'it is of other data in one of them',
      SAME,
      {
        ...MAIN,
        ...versionWith({ ...evidence('quality', 'dev', { data: 'c'.repeat(32) }), ...evidence('quality', 'uat') }),
      },
      'does not hold: the data is dev: cccccccccccc, uat: aaaaaaaaaaaa',
    ],
    [
      'it is of other data whose hash begins likewise',
      SAME,
      {
        ...MAIN,
        ...versionWith({
          ...evidence('quality', 'dev', { data: `${'a'.repeat(12)}${'c'.repeat(20)}` }),
          ...evidence('quality', 'uat'),
        }),
      },
      'does not hold: the data is dev: aaaaaaaaaaaa, uat: aaaaaaaaaaaa',
    ],
    [
      'one of them has none',
      SAME,
      { ...MAIN, ...versionWith(evidence('quality', 'uat')) },
      'does not hold: the data is dev: none, uat: aaaaaaaaaaaa',
    ],
    [
      'it baked well',
      'evidence: { bake: {} }',
      versionWith({ 'validated.dev': validationValue(CONTENT, { bake: 'good' }) }),
      'holds',
    ],
    [
      'its bake shows only a payload',
      'evidence: { bake: {} }',
      versionWith({ 'validated.dev': validationValue(CONTENT, { bake: 'payload' }) }),
      'does not hold: its bake in dev shows only that the container answers copies of a payload',
    ],
    [
      'another content baked well',
      'evidence: { bake: {} }',
      versionWith({ 'validated.dev': validationValue('d'.repeat(32), { bake: 'good' }) }),
      'does not hold: that of dev is of other content than the version has now',
    ],
    [
      'it is asked for in the first environment',
      WEEK,
      { environment: 'dev' },
      'does not hold: there is no environment before',
    ],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });
});

it('says what evidence is asked for, and what helps where there is none or it is too old', async () => {
  const text = 'evidence: { quality: { max_age: 7 days, same_data: true }, comparison: {}, bake: { max_age: 1 day } }';
  const policy = await policyOfUat(text);
  expect(policy.sources.flatMap(({ rules }) => rules.map(({ asks }) => asks))).toEqual([
    'good quality evidence of the environment before, not older than 7 days, on the same data as in every one before',
    'good comparison evidence of the environment before',
    'good bake of the environment before, not older than 1 day',
  ]);
  const next = async (more: Partial<Facts>) => (await judgePolicy(policy, factsOf(more)))[0]?.next;
  const again = 'run evaluate-model in dev until it is good (docs/evidence.md), then promote it again.';
  expect(await next({})).toBe(again);
  const shown = versionWith(evidence('quality', 'dev'));
  expect(await next({ ...shown, ...at('2027-11-22T09:00:00Z') })).toBe(again);
  expect(await next({ ...shown, ...noTime })).toBe('set the clock of the runner, then run this job again.');
});

describe('what metrics must be', () => {
  const RMSE = 'metrics:\n  rmse:\n    max: 45000';
  const REPORT = 'metrics:\n  r2:\n    min: 0.9\n    report: model quality';
  it.each<Row>([
    ['it is within the bound', RMSE, versionWith({ rmse: '45000' }), 'holds'],
    ['it is beyond the bound', RMSE, versionWith({ rmse: '45000.5' }), 'does not hold: 45000.5'],
    ['a report has it at the least', REPORT, { measured: new Map([['model quality: r2', '0.9']]) }, 'holds'],
    ['a report has less', REPORT, { measured: new Map([['model quality: r2', '0.89']]) }, 'does not hold: 0.89'],
    [
      'it is below the one bound of two',
      'metrics: { rmse: { min: 1, max: 2 } }',
      versionWith({ rmse: '0.5' }),
      'does not hold: 0.5',
    ],
    ['both bounds are what it is', 'metrics: { rmse: { min: 2, max: 2 } }', versionWith({ rmse: '2' }), 'holds'],
    ['the version has no such metric', RMSE, {}, 'unknown: unknown: the version has no such metric'],
    ['it is no number', RMSE, versionWith({ rmse: 'good' }), 'unknown: unknown: "good" is no number'],
    ['it is empty', RMSE, versionWith({ rmse: ' ' }), 'unknown: unknown: " " is no number'],
    ['it is in hexadecimal', RMSE, versionWith({ rmse: '0x10' }), 'unknown: unknown: "0x10" is no number'],
    ['it is endless', RMSE, versionWith({ rmse: '-Infinity' }), 'unknown: unknown: "-Infinity" is no number'],
    [
      'a metric is named like what every object has',
      'metrics:\n  constructor:\n    max: 1',
      {},
      'unknown: unknown: the version has no such metric',
    ],
    ['a report has it', REPORT, { measured: new Map([['model quality: r2', '0.93']]) }, 'holds'],
    [
      'the report could not be read',
      REPORT,
      versionWith({ r2: '0.99' }),
      'unknown: unknown: the version has no such metric',
    ],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });
});

it('says the bounds and the report of a metric, and asks check-model to read that report alone', async () => {
  const text = 'metrics: { rmse: { min: 1, max: 2 }, mae: { max: 3 }, r2: { min: 0.9, report: model quality } }';
  const rules = (await policyOfUat(text)).sources.flatMap((source) => source.rules);
  expect(rules.map(({ asks, measures }) => [asks, measures])).toEqual([
    ['rmse of at least 1 and of at most 2', undefined],
    ['mae of at most 3', undefined],
    ['r2 of at least 0.9 in the report model quality', 'model quality: r2'],
  ]);
});

it('names the metrics of the version, and no entry of a job, where the policy has another name', async () => {
  const facts = factsOf(versionWith({ rmse: '45000', mae: '3', note: 'good', 'approved.dev': '1' }));
  const [rule] = await judgePolicy(await policyOfUat('metrics: { rsme: { max: 1 } }'), facts);
  expect(rule?.next).toBe(
    'correct the name in the policy, if it is another one of its metadata, where there are mae, rmse. Or train a version that has it.',
  );
  const next = async (policy: string, metadata: Record<string, string>) =>
    (await judgePolicy(await policyOfUat(policy), factsOf(versionWith(metadata))))[0]?.next;
  expect(await next('metrics: { rsme: { max: 1 } }', {})).toContain('where there is none.');
  expect(await next('metrics: { r2: { min: 1, report: model quality } }', { r2: '1' })).toContain(
    'another one of the report model quality, as check-model names them.',
  );
  const many = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`m${index + 10}`, '1']));
  expect(await next('metrics: { rsme: { max: 1 } }', many)).toMatch(/ m20, m21\. Or train/);
});

describe('when nothing is deployed', () => {
  const freeze = (from: string, to: string, zone = 'Asia/Singapore') =>
    `freeze:\n  - { from: ${from}, to: ${to}, time_zone: ${zone}, reason: year end }`;
  const YEAR_END = freeze('2026-12-20T00:00', '2027-01-04T00:00');
  const WEEKEND = freeze('Friday 17:00', 'Monday 08:00', 'Europe/Berlin');
  it.each<Row>([
    ['it has not begun there', YEAR_END, at('2026-12-19T15:59:59Z'), 'holds'],
    [
      'it has begun there',
      YEAR_END,
      at('2026-12-19T16:00:00Z'),
      'does not hold: it is 2026-12-19T16:00:00.000Z: frozen until 2027-01-04T00:00 Asia/Singapore (year end)',
    ],
    ['it is over there', YEAR_END, at('2027-01-03T16:00:00Z'), 'holds'],
    ['nobody knows the time', YEAR_END, noTime, "unknown: unknown: the runner's clock is wrong"],
    ['it is Friday afternoon', WEEKEND, at('2026-11-20T15:59:00Z'), 'holds'],
    [
      'it is Friday evening',
      WEEKEND,
      at('2026-11-20T16:00:00Z'),
      'does not hold: it is 2026-11-20T16:00:00.000Z: frozen until Monday 08:00 Europe/Berlin (year end)',
    ],
    [
      'it is Monday morning',
      WEEKEND,
      at('2026-11-23T06:59:59Z'),
      'does not hold: it is 2026-11-23T06:59:59.000Z: frozen until Monday 08:00 Europe/Berlin (year end)',
    ],
    ['it is Monday at eight', WEEKEND, at('2026-11-23T07:00:00Z'), 'holds'],
    ['it is Monday at eight in summer, an hour earlier', WEEKEND, at('2026-07-06T06:00:00Z'), 'holds'],
    [
      'a window lasts the whole week but an hour',
      freeze('Monday 09:00', 'Monday 08:00', 'UTC'),
      at('2026-11-22T12:00:00Z'),
      'does not hold: it is 2026-11-22T12:00:00.000Z: frozen until Monday 08:00 UTC (year end)',
    ],
    [
      'a window begins on a day that has begun before',
      freeze('Sunday 23:00', 'Sunday 23:30', 'UTC'),
      at('2026-11-22T23:10:00Z'),
      'does not hold: it is 2026-11-22T23:10:00.000Z: frozen until Sunday 23:30 UTC (year end)',
    ],
    [
      'a window gives no reason',
      YEAR_END.replace(', reason: year end', ''),
      at('2026-12-20T00:00:00Z'),
      'does not hold: it is 2026-12-20T00:00:00.000Z: frozen until 2027-01-04T00:00 Asia/Singapore',
    ],
    [
      'the hour comes twice, and it is its second turn',
      freeze('2026-10-25T02:30', '2026-10-25T02:45', 'Europe/Berlin'),
      at('2026-10-25T01:40:00Z'),
      'does not hold: it is 2026-10-25T01:40:00.000Z: frozen until 2026-10-25T02:45 Europe/Berlin (year end)',
    ],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });

  it.each([
    ['2026-10-25T02:30', ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']],
    ['2026-03-29T02:30', ['2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.000Z']],
    ['2026-11-22T12:00', ['2026-11-22T11:00:00.000Z', '2026-11-22T11:00:00.000Z']],
    // Some hours before a change of the clocks, and after it.
    ['2026-10-24T20:00', ['2026-10-24T18:00:00.000Z', '2026-10-24T18:00:00.000Z']],
    ['2026-10-25T08:00', ['2026-10-25T07:00:00.000Z', '2026-10-25T07:00:00.000Z']],
    ['2026-03-28T20:00', ['2026-03-28T19:00:00.000Z', '2026-03-28T19:00:00.000Z']],
    ['2026-03-29T08:00', ['2026-03-29T06:00:00.000Z', '2026-03-29T06:00:00.000Z']],
  ])('knows when a clock in Berlin shows %s', (wall, moments) => {
    expect(momentsOf(wall, 'Europe/Berlin').map((each) => each.toISOString())).toEqual(moments);
    expect(wallTimeAt(new Date('2026-01-01T00:00:00Z'), 'Pacific/Kiritimati')).toBe('2026-01-01T14:00');
  });
});

it('says when all windows are over in which it is', async () => {
  const text =
    'freeze: [{ from: 2026-12-20T00:00, to: 2027-01-04T00:00, time_zone: UTC }, { from: Sunday 00:00, to: Monday 00:00, time_zone: UTC }]';
  const [rule] = await judgePolicy(await policyOfUat(text), factsOf(at('2026-12-20T12:00:00Z')));
  expect(rule?.next).toBe('run this job again after 2027-01-04T00:00:00.000Z.');
});

describe('how long an approval counts', () => {
  it.each<Row>([
    ['it is new', 'expires: 12 hours', at('2026-11-22T21:00:00Z'), 'holds'],
    [
      'it is old',
      'expires: 12 hours',
      at('2026-11-22T21:01:00Z'),
      'does not hold: it was given 12 h 1 min ago (2026-11-22T09:00Z)',
    ],
    ['nobody knows the time', 'expires: 12 hours', noTime, "unknown: unknown: the runner's clock is wrong"],
  ])('where %s', async (_, policy, facts, finding) => {
    expect(await found(policy, facts)).toBe(finding);
  });
});

describe('what a policy may not say', () => {
  it.each([
    ['never: [trainer]', 'never.0 must be trained or merged or merge_request_author or approved_before'],
    ['never: []', 'never must name somebody'],
    ['expires: 12', 'expires must be a length of time, like 90 minutes, 12 hours or 7 days'],
    ['expires: 0 hours', 'expires must be a length of time'],
    ['metrics: { rmse: {} }', 'metrics.rmse must have min, max or both'],
    ['metrics: { rmse: { max: "45000" } }', 'metrics.rmse.max must be a number'],
    ['evidence: { quality: { max_age: 7 } }', 'evidence.quality.max_age must be a length of time'],
    ['evidence: { load: { same_data: true } }', 'evidence.load.same_data is not known'],
    ['metrics: { rmse: { min: 5, max: 3 } }', 'metrics.rmse.min must not be more than its max'],
    ['freeze: [{ from: 2026-02-31T00:00, to: 2026-03-01T00:00, time_zone: UTC }]', 'freeze.0.from must be a time like'],
    ['freeze: [{ from: 2026-02-03T00:00, to: 2026-02-01T00:00, time_zone: UTC }]', 'freeze.0 must end after it begins'],
    ['freeze: [{ from: 2026-02-03T00:00, to: 2026-02-03T00:00, time_zone: UTC }]', 'freeze.0 must end after it begins'],
    ['freeze: [{ from: Friday 17:00, to: Friday 17:00, time_zone: UTC }]', 'freeze.0 must end after it begins'],
    [
      'freeze: [{ from: 2026-02-01T00:00, to: Friday 17:00, time_zone: UTC }]',
      'freeze.0 must begin and end on a date, or both in every week',
    ],
    [
      'freeze: [{ from: Friday 17:00, to: 2026-02-01T00:00, time_zone: UTC }]',
      'freeze.0 must begin and end on a date, or both in every week',
    ],
    ['freeze: [{ from: Freeday 17:00, to: Monday 08:00, time_zone: UTC }]', 'freeze.0.from must be a time like'],
    [
      'freeze: [{ from: Friday 17:00, to: Monday 08:00, time_zone: Singapore/Asia }]',
      'freeze.0.time_zone must be the IANA name of a time zone',
    ],
    ['freeze: [{ from: Friday 17:00, to: Monday 08:00 }]', 'freeze.0.time_zone must be the IANA name of a time zone'],
    ['environment: { uat: { approvals: 2 } }', 'environment is not known: did you mean environments?'],
    ['uat: { approvals: 2 }', 'uat is not known: known are approvals,'],
    ['main: { approvals: 2 }', ', environments.'],
    ['comment: true', 'comment must be the word required'],
  ])('%s', async (policy, why) => {
    await expect(found(policy)).rejects.toThrow(`policy.yml: line 1, column`);
    await expect(found(policy)).rejects.toThrow(why);
  });

  it('is a list in a list in a list, without end', async () => {
    await expect(found(`never: ${'['.repeat(5000)}`)).rejects.toThrow(
      'lists and mappings lie too deep within each other to be read',
    );
  });

  it('is told all at once, and of an environment that is not on the promotion path, too', async () => {
    const text = 'coment: required\nenvironments:\n  uat:\n    never: [me]\n  prod: {}\n';
    const { readPolicyFile } = await import('../../src/policy/policy-file.ts');
    await expect(readPolicyFile('policy.yml', text, ['dev', 'uat'])).rejects.toThrow(
      /line 1, column 1: coment is not known[\s\S]*line 4, column 13: never.0 must be[\s\S]*line 5, column 3: environments.prod is not in promotion_path/,
    );
  });
});
