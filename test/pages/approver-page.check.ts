import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadPage } from '../../src/components/load-test/page.ts';
import { loadVerdictOf } from '../../src/components/load-test/verdict.ts';
import { planPage } from '../../src/components/plan-deployment/page.ts';
import { mailOf } from '../../src/notify/email.ts';
import { messageOf } from '../../src/notify/message.ts';
import { approverPage } from '../../src/preview/approver-page.ts';
import type { ApproverView } from '../../src/preview/approver-view.ts';
import { metadataMetrics } from '../../src/preview/metrics.ts';
import { tellWaiting } from '../../src/preview/waiting.ts';
import { builtValue, validationValue, verdictValue } from '../components/handover.ts';
import { samplesOf } from '../components/load-test/samples.ts';
import { UAT_JOB, version, viewOf } from '../preview/known.ts';
import { comparisonPageFor, pageFor, pageOfClasses } from '../quality/known.ts';
import { CONTENT } from '../registry/package.ts';
import { chromiumPath, startBrowser } from './browser.ts';

const executable = chromiumPath();
let browser: Browser;

beforeAll(async () => {
  if (executable) browser = await startBrowser(executable);
});
afterAll(() => browser?.close());

const LONG = 's3://resale-price-models/models/pipelines-abcdefghijkl-Train-0123456789/output/model.tar.gz';

/** A version as an approver of uat may meet it, with something of every kind. */
function exampleView(): ApproverView {
  const ours = { rmse: '41250', rmse_max: '40000', r2: '0.91', r2_min: '0.85', data: 'transactions-2026-11' };
  const live = version({ rmse: '43000', r2: '0.89' }, { version: 1, commit: 'a'.repeat(40) });
  const candidate = version(
    {
      ...ours,
      built: builtValue({ pipeline: '4711', commit: 'b'.repeat(40) }),
      'approved.dev': verdictValue(CONTENT, { pipeline: '4712' }),
      'validated.dev': validationValue(CONTENT, { pipeline: '4712' }),
    },
    { data: [{ address: LONG, etag: 'b88c003c7b372db91678dc1d961226f7', isPrefix: false }] },
  );
  return viewOf(candidate, {
    live: {
      words: 'ResalePriceModelGroup version 1 on resale-price-uat (InService)',
      version: live,
      newer: [3],
      serving: {
        now: 'ml.m5.large, instance_count 1',
        planned: 'ml.m5.xlarge, instance_count 2',
        changes: ['instance_type ml.m5.large -> ml.m5.xlarge', 'model_environment: LOG_LEVEL changed, WORKERS added'],
      },
    },
    mergeRequests: [
      {
        is: 'read',
        all: [{ number: 42, title: 'Grow deeper trees', url: `${UAT_JOB.projectUrl}/-/merge_requests/42` }],
      },
    ],
    metrics: [
      metadataMetrics(candidate.metadata, live.metadata),
      {
        ...metadataMetrics({ 'regression_metrics.rmse': '41250', 'regression_metrics.mae': '30480' }, {}),
        source: 'model quality',
        url: 'https://ap-southeast-1.console.aws.amazon.com/s3/object/resale-price-models',
      },
      {
        source: 'bias',
        metrics: [],
        notRead: 'AccessDenied: the role may not',
        url: 'https://ap-southeast-1.console.aws.amazon.com/s3/object/b',
      },
    ],
    passedOver: [{ version: 4, why: 'it is not validated in dev' }],
  });
}

const VERDICT = 'To approve exactly this version for uat, start the approve job of this pipeline.';

function examplePage(): string {
  const links = [{ label: 'This pipeline', url: `${UAT_JOB.projectUrl}/-/pipelines/101` }];
  return approverPage(exampleView(), { verdict: VERDICT, links });
}

/** The plan of a merge that promotes the same version. */
function examplePlan(): string {
  const made = 'model resale-price-uat-v2-31cc3c212b, endpoint config resale-price-uat-v2-adc10f4b52';
  return planPage({
    title: 'What a merge of dev into uat would do',
    verdict: 'A merge into uat offers ResalePriceModelGroup version 2 to the approver. Nothing was changed.',
    facts: [
      { label: 'deploy', text: 'deploy-model deletes the Failed endpoint, and creates it again', warns: true },
      { label: 'creates', text: made },
      { label: 'deletes', text: 'endpoint resale-price-uat', warns: true },
    ],
    view: exampleView(),
    skipped: [],
  });
}

/** The plan of a merge that promotes nothing. */
function exampleOfNothing(): string {
  const why = 'no version of ResalePriceModelGroup is Approved and validated in dev';
  return planPage({
    title: 'What a merge of dev into uat would do',
    verdict: `A merge into uat promotes nothing: ${why}. Nothing was changed.`,
    facts: [{ label: 'nothing', text: why, warns: true }],
    view: undefined,
    skipped: [{ version: 4, why: 'it is not validated in dev' }],
  });
}

/** The email that asks the approver. */
function exampleMail(): string {
  const mails: string[] = [];
  const tell: Parameters<typeof tellWaiting>[2]['tell'] = (told) =>
    void mails.push(mailOf(messageOf(told, UAT_JOB, new Date('2026-11-26T09:30:00Z'))).html);
  tellWaiting(exampleView(), 'sagemaker/check-model/2/approve.html', {
    job: UAT_JOB,
    tell,
    approvalJobPage: async () => undefined,
  });
  return mails.join('');
}

/** A load in steps, of which the last was too much. */
function exampleLoad(): string {
  const slow = (index: number) => index % 12 === 0;
  const failed = (index: number) => (index % 40 === 0 ? 503 : undefined);
  const measured = [samplesOf({ rate: 50 }), samplesOf({ rate: 100 }), samplesOf({ rate: 150, slow, failed })];
  const limits = { latency: new Map([[99, 250]]), errors: new Map([['any', 0.01] as const]) };
  const verdict = loadVerdictOf(measured, { shape: 'steps', required_rate: 150 }, limits);
  if (verdict.is === 'invalid') throw new Error(verdict.why);
  return loadPage(verdict, { title: 'ResalePriceModelGroup version 2 under load in uat', instances: 2, wished: 600 });
}

const SCREENS = {
  phone: { viewport: { width: 360, height: 740 } },
  desktop: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  'dark phone': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
} as const;

const found = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), failureSummary: z.string() })) }),
);

/** What keeps somebody from reading the page, by every rule of axe. */
async function violationsIn(tab: Page) {
  await tab.addScriptTag({ content: axe.source });
  return found.parse(
    await tab.evaluate('axe.run(document, { resultTypes: ["violations"] }).then((all) => all.violations)'),
  );
}

/** Keeps a picture where somebody asks for it: PICTURES is a folder. */
async function picture(tab: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await tab.screenshot({ path: join(folder, `${name.replaceAll(' ', '-')}.png`), fullPage: true });
}

const PAGES = [
  { about: 'the page of the approver', file: 'approver-page', page: examplePage },
  { about: 'the email that asks the approver', file: 'email', page: exampleMail },
  { about: 'the page of a plan', file: 'plan', page: examplePlan },
  { about: 'the page of an evaluation of numbers', file: 'quality-of-numbers', page: () => pageFor('regression', 300) },
  {
    about: 'the page of an evaluation of two classes',
    file: 'quality-of-two-classes',
    page: () => pageFor('binary', 300),
  },
  { about: 'the page of an evaluation of 25 classes', file: 'quality-of-classes', page: () => pageOfClasses(25) },
  {
    about: 'the page of an evaluation of 400 slices',
    file: 'quality-of-slices',
    page: () =>
      pageFor(
        'regression',
        25_000,
        Array.from({ length: 400 }, (_, index) => `town ${index}`),
      ),
  },
  { about: 'the page of a comparison', file: 'comparison', page: () => comparisonPageFor(300) },
  { about: 'the page of a load test', file: 'load-test', page: exampleLoad },
  { about: 'the page of a plan that promotes nothing', file: 'plan-of-nothing', page: exampleOfNothing },
];

describe.skipIf(!executable).each(PAGES)('$about', ({ file, page }) => {
  it.each(Object.entries(SCREENS))(
    'can be read by everybody, and is not wider than the screen: %s',
    async (name, screen) => {
      // axe is a script, which the page does not allow.
      const tab = await browser.newPage({ ...screen, offline: true, bypassCSP: true });
      await tab.setContent(page());
      await picture(tab, `${file} ${name}`);
      expect(await violationsIn(tab)).toEqual([]);
      expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(screen.viewport.width);
      await tab.close();
    },
  );

  it('is printed black on white', async () => {
    const tab = await browser.newPage({ offline: true, bypassCSP: true, colorScheme: 'dark' });
    await tab.setContent(page());
    await tab.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await picture(tab, `${file} print`);
    expect(await tab.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await tab.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)');
    await tab.close();
  });
});

describe.skipIf(!executable)('the page of the approver', () => {
  it('is printed with the addresses of its links', async () => {
    const tab = await browser.newPage({ offline: true, bypassCSP: true, colorScheme: 'dark' });
    await tab.setContent(examplePage());
    await tab.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await tab.evaluate('getComputedStyle(document.querySelector("dd a"), "::after").content')).toContain(
      'https:',
    );
    await tab.close();
  });

  it('uses its own style under its own policy, and runs no script', async () => {
    const tab = await browser.newPage({ offline: true });
    const refused: string[] = [];
    tab.on('console', (message) => refused.push(message.text()));
    await tab.setContent(examplePage().replace('</main>', '<script>document.title = "changed"</script></main>'));
    expect(await tab.title()).toBe('ResalePriceModelGroup version 2 for uat');
    expect(await tab.evaluate('getComputedStyle(document.querySelector("dl")).display')).toBe('grid');
    expect(refused.join('\n')).toMatch(/Content Security Policy/);
    await tab.close();
  });
});
