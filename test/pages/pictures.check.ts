import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import checkModel from '../../src/components/check-model.ts';
import { besideValidation } from '../../src/registry/companions.ts';
import { builtValue, enter } from '../components/handover.ts';
import { emulated, type FinishedJob, projectFolder, startJob } from '../components/job.ts';
import { goThroughDev } from '../failures/stage.ts';
import { demo } from '../promotion/demo.ts';
import { chromiumPath, openTab, startBrowser } from './browser.ts';
import { type Line, pictureOf, pictureOfPage } from './picture.ts';

const PICTURES = ['demo', 'approver', 'links', 'approver-page'] as const;
const addressOf = (name: string) => new URL(`../../docs/pictures/${name}.svg`, import.meta.url);
const STALE = 'A picture is stale: npm run test:pages -- --update draws it again.';

/** check-model in uat: version 1 is live there, and version 2 is approved and validated in dev. */
async function checked(): Promise<FinishedJob & { page: string }> {
  const emulator = await emulated();
  const [live = '', candidate = ''] = [
    { rmse: '41250', pipeline: '80', commit: '3f786850e387550fdab836ed7e6dc881de23001b' },
    { rmse: '39480', pipeline: '90', commit: '8b1a9953c4611296a827abf8c47804d7e6c49c6b' },
  ].map(({ rmse, ...built }) =>
    emulator.register({ status: 'Approved', metadata: { rmse, rmse_max: '45000', built: builtValue(built) } }),
  );
  emulator.deployed({ endpoint: 'resale-price-uat', package: live });
  emulator.clock.advance(60_000);
  goThroughDev(emulator, candidate);
  const asked = { payload: createHash('sha256').update('payload.json').digest('hex'), requests: 20 };
  enter(emulator, candidate, {
    'approved.dev.comment': 'job=7 Better on small flats.',
    ...besideValidation('dev', '9', { ...asked, median_ms: 41, slowest_ms: 95 }),
  });
  emulator.clock.advance(2 * 3_600_000);
  const inputs = { endpoint_name: 'resale-price-uat', instance_count: '2' };
  const root = projectFolder();
  const job = await startJob(checkModel, { emulator, root, environment: 'uat', inputs });
  return { ...job, page: readFileSync(join(root, 'sagemaker/check-model/1/approve.html'), 'utf8') };
}

/** The log without what every log begins with. */
const shownIn = (log: string) => log.slice(log.indexOf('\nResalePriceModelGroup version') + 1).split('\n');

const linksSchema = z.record(z.string(), z.array(z.object({ external_link: z.object({ label: z.string() }) })));

/** What GitLab shows beside the log of a job. */
function linksIn(report: string): Line[] {
  return Object.entries(linksSchema.parse(JSON.parse(report))).flatMap(([group, links]) => [
    { text: group, as: 'heading' } as const,
    ...links.map(({ external_link: { label } }) => ({ text: `  ${label}`, as: 'link' }) as const),
  ]);
}

/** What the demo prints last; the time of day and the hash of a config are those of the picture. */
async function lastOfDemo(): Promise<Line[]> {
  const printed: string[] = [];
  await demo({ print: (text) => printed.push(...stripVTControlCharacters(text).split('\n')) });
  const table = printed
    .slice(printed.indexOf('What AWS says now'), printed.indexOf('What to try next:'))
    .join('\n')
    .trim();
  const fixed = table
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, '2026-11-26T02:51Z')
    .replaceAll(/(-v\d)-\w{10}/g, '$1-547cb8f10b');
  return fixed.split('\n').map((text, index) => ({
    text,
    ...(index === 0 && { as: 'heading' }),
    ...(/^As it should/.test(text) && { as: 'good' }),
  }));
}

describe('the pictures of the pages', () => {
  it('show what the demo ends with', { timeout: 180_000 }, async () => {
    const picture = pictureOf('The last lines of the demo', await lastOfDemo());
    await expect(picture, STALE).toMatchFileSnapshot(addressOf('demo').pathname);
  });

  it('show what the approver sees in the log of check-model, the links beside it, and the page that the first one opens', async () => {
    const { log, links, page } = await checked();
    const lines = shownIn(log).map((text, index): Line => ({ text, ...(index === 0 && { as: 'heading' }) }));
    await expect(pictureOf('The log of check-model', lines), STALE).toMatchFileSnapshot(addressOf('approver').pathname);
    const beside = pictureOf('The links of check-model', linksIn(links));
    await expect(beside, STALE).toMatchFileSnapshot(addressOf('links').pathname);
    const opened = pictureOfPage('The page of the approver', page, { width: 1000, height: 840 });
    await expect(opened, STALE).toMatchFileSnapshot(addressOf('approver-page').pathname);
  });

  it('are small', () => {
    for (const name of PICTURES) expect(readFileSync(addressOf(name)).length, name).toBeLessThan(10_000);
  });
});

describe.skipIf(!chromiumPath())('in a browser, the pictures of the pages', () => {
  it.each(PICTURES)('show all their letters: %s', async (name) => {
    const browser = await startBrowser(chromiumPath() ?? '');
    const tab = await openTab(browser, readFileSync(addressOf(name), 'utf8'));
    const outside = await tab.evaluate(`(() => {
      const { width, height } = document.querySelector('svg').viewBox.baseVal;
      const boxes = [...document.querySelectorAll('text')].map((text) => [text.textContent, text.getBBox()]);
      return boxes.filter(([, box]) => box.x + box.width > width || box.y + box.height > height).map(([text]) => text);
    })()`);
    await browser.close();
    expect(outside).toEqual([]);
  });
});
