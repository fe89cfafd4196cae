import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_PAGE } from '../../src/pages/page.ts';
import { approverPage } from '../../src/preview/approver-page.ts';
import type { Metric, MetricGroup } from '../../src/preview/metrics.ts';
import { builtValue, validationValue, verdictValue } from '../components/handover.ts';
import { CONTENT } from '../registry/package.ts';
import { UAT_JOB, version, viewOf } from './known.ts';

const heading = {
  verdict: 'Start the approve job.',
  links: [{ label: 'This pipeline', url: 'https://gitlab.example.com/p' }],
};
const pageOf = (...args: Parameters<typeof viewOf>) => approverPage(viewOf(...args), heading);

const metric = (name: string, value = '1'): Metric => ({
  name,
  value,
  live: value,
  difference: '',
  bounds: '',
  isBeyond: false,
});
const report = (source: string, metrics: readonly Metric[]): MetricGroup => ({
  source,
  metrics,
  notRead: undefined,
  url: undefined,
});

const highlightedAtTop = (page: string) => /Look first at .*/.exec(page)?.[0];

/** Built, approved and validated as it should be. */
const RIGHT = {
  built: builtValue({ commit: UAT_JOB.commit }),
  'approved.dev': verdictValue(CONTENT),
  'validated.dev': validationValue(CONTENT),
};

describe('the page of the approver', () => {
  it('has everything that the log says, and what that leaves out', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`metric-${number}`, `${number}.5`]));
    const page = pageOf(version(many), {
      passedOver: [9, 8, 7, 6, 5].map((number) => ({ version: number, why: `reason ${number}` })),
    });
    for (let number = 0; number < 20; number++) expect(page).toContain(`>metric-${number}</th><td>${number}.5</td>`);
    for (const number of [9, 8, 7, 6, 5]) expect(page).toContain(`version ${number}, because reason ${number}`);
    expect(page).toContain('<h1>ResalePriceModelGroup version 2 for uat</h1>\n<p>Start the approve job.</p>');
    expect(page).not.toContain('more, which this page has no room for');
  });

  it('allows itself its own style and nothing else: no script, no picture, no request', () => {
    const page = pageOf(version({}));
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    );
    expect(page).not.toMatch(/<script|<img|<link|<iframe|\sstyle=|\son\w+=|url\(|@import/i);
  });

  it('says why a report was not read, and links it', () => {
    const notRead = { ...report('bias', []), notRead: 'AccessDenied: no', url: 'https://console.aws.amazon.com/s3' };
    expect(pageOf(version({}), { metrics: [notRead] })).toContain(
      'bias <span class="warns">not read: AccessDenied: no</span> <a href="https://console.aws.amazon.com/s3" rel="noreferrer">bias in the AWS console</a>',
    );
  });

  it('names at its top what an approver looks at first, and nothing where nothing is highlighted', () => {
    const beyond = { ...metric('rmse', '9'), bounds: 'at most 5', isBeyond: true };
    const bias = { ...report('bias', []), notRead: 'AccessDenied: no' };
    const asked = { live: { newer: [3] }, metrics: [report('metadata', [beyond, metric('r2')]), bias] };
    expect(pageOf(version({}), asked)).toMatch(
      /<p>Start the approve job\.<\/p>\n<p><span class="warns">Look first at what is highlighted below: older, .*, rmse \(beyond its bound\), bias \(not read\)<\/span><\/p>/,
    );
    expect(highlightedAtTop(pageOf(version(RIGHT, { commit: UAT_JOB.commit }), {}))).toBeUndefined();
  });

  it('says in words, not by colour alone, what is beyond its bound', () => {
    const beyond = { ...metric('rmse', '9'), bounds: 'at most 5', isBeyond: true };
    expect(pageOf(version({}), { metrics: [report('metadata', [beyond])] })).toContain(
      '<td><span class="warns">beyond: at most 5</span></td>',
    );
  });
});

describe('what comes from outside', () => {
  const EVIL = `</td></style><script>alert(1)</script><img src=x onerror="alert('x')">\u202E\u2066\u200B\uD800&amp;`;
  const ESCAPED = `&lt;/td&gt;&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt;   \uFFFD&amp;amp;`;

  it.each<[where: string, () => string]>([
    ['the name and the value of a metric', () => pageOf(version({ [EVIL]: EVIL }))],
    [
      'a reason for which a version was skipped',
      () => pageOf(version({}), { passedOver: [{ version: 1, why: EVIL }] }),
    ],
    ['what is live', () => pageOf(version({}), { live: { words: EVIL } })],
    ['who created the version', () => pageOf(version({}, { createdBy: EVIL }))],
    ['its group', () => pageOf(version({}, { group: EVIL }))],
    ['its data', () => pageOf(version({}, { data: [{ address: EVIL, etag: undefined, isPrefix: false }] }))],
    ['a registry entry that nobody can read', () => pageOf(version({ built: EVIL }))],
    ['a report', () => pageOf(version({}), { metrics: [report(EVIL, [metric(EVIL, EVIL)])] })],
    ['why a report was not read', () => pageOf(version({}), { metrics: [{ ...report('bias', []), notRead: EVIL }] })],
    [
      'the title of a merge request',
      () =>
        pageOf(version({}, { commit: 'f'.repeat(40) }), {
          mergeRequests: [{ is: 'read', all: [{ number: 1, title: EVIL, url: 'https://gitlab.example.com' }] }],
        }),
    ],
    ['the verdict', () => approverPage(viewOf(version({})), { verdict: EVIL, links: [] })],
  ])('is text and nothing else, without signs that hide or turn others: %s', (_, page) => {
    expect(page()).toContain(ESCAPED);
    expect(page()).not.toMatch(/<script|<img|[\u202A-\u202E\u2066-\u2069\u200B]/);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example.com', `https://x/${'a'.repeat(5_000)}`])(
    'is no link unless it leads to GitLab or AWS: %.30s',
    (url) => {
      expect(pageOf(version({}), { metrics: [{ ...report('bias', []), url }] })).not.toMatch(
        /<a href="(?!https:\/\/gitlab)/,
      );
    },
  );
});

describe('a page never has more than 100 KB', () => {
  const long = '<&>"\''.repeat(200);
  const groups = ['metadata', 'model quality', 'data quality', 'bias', 'explainability'];

  it.each<[what: string, view: Parameters<typeof viewOf>]>([
    [
      'metrics without end',
      [
        version({}),
        {
          metrics: groups.map((source) =>
            report(
              source,
              Array.from({ length: 500 }, (_, n) => metric(`${long}${n}`, long)),
            ),
          ),
        },
      ],
    ],
    [
      'metadata of every length',
      [version(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${n}${long}`, long])))],
    ],
    [
      'skipped versions',
      [version({}), { passedOver: Array.from({ length: 100 }, (_, n) => ({ version: n, why: long })) }],
    ],
    [
      'reports that were not read, with signs that HTML writes as five or six',
      [
        version({}, { group: '"'.repeat(2_000) }),
        {
          metrics: groups.map((source) => ({
            ...report(source, [metric('"'.repeat(300))]),
            notRead: '"'.repeat(2_000),
            url: `https://console.aws.amazon.com/${'&'.repeat(3_900)}`,
          })),
        },
      ],
    ],
    [
      'all of them, with texts of several bytes a sign',
      [
        version({ built: '寿司'.repeat(900) }, { group: '寿'.repeat(2_000) }),
        {
          live: { words: '寿司'.repeat(2_000), newer: Array.from({ length: 500 }, (_, n) => n) },
          passedOver: Array.from({ length: 500 }, (_, n) => ({ version: n, why: '寿司'.repeat(900) })),
          metrics: groups.map((source) => ({
            ...report(
              source,
              Array.from({ length: 500 }, (_, n) => metric(`寿${n}`, '司'.repeat(300))),
            ),
            notRead: long,
            url: `https://console.aws.amazon.com/${'寿'.repeat(400)}`,
          })),
        },
      ],
    ],
  ])('%s', (_, view) => {
    const page = pageOf(...view);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MAX_PAGE);
    expect(page).toMatch(/and \d+ more, which this page has no room for/);
    expect(page.endsWith('</main>\n</body>\n</html>\n')).toBe(true);
  });

  it('and leaves nothing out where there is room', () => {
    expect(MAX_PAGE).toBe(100_000);
    const metrics = [
      report(
        'metadata',
        Array.from({ length: 400 }, (_, n) => metric(`metric ${n}`)),
      ),
    ];
    expect(pageOf(version({}), { metrics })).not.toContain('no room for');
  });
});
