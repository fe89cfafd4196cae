import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser } from './browser.ts';
import { diagramsIn, htmlOf, readPages } from './markdown.ts';
import { problemsOfDiagram, problemsOfPage } from './problems.ts';

const executable = chromiumPath();
const pages = readPages();
let browser: Browser;

beforeAll(async () => {
  if (executable) browser = await startBrowser(executable);
});
afterAll(() => browser?.close());

/** A page as somebody may write it tomorrow. */
const page = (...lines: readonly string[]) => ({ path: 'docs/page.md', text: lines.join('\n') });
const diagram = (...lines: readonly string[]) => page('# Page', '', '```mermaid', ...lines, '```');

async function problemsOfDrawing(...lines: readonly string[]): Promise<string[]> {
  const problems = diagramsIn(diagram(...lines)).map((each) => problemsOfDiagram(browser, each));
  return (await Promise.all(problems)).flat();
}

describe.skipIf(!executable)('a diagram', () => {
  it.each(pages.flatMap(diagramsIn))('is drawn by Mermaid: $page, line $line', async (each) => {
    expect(await problemsOfDiagram(browser, each)).toEqual([]);
  });

  it('is refused by page and line, with the words of Mermaid', async () => {
    expect(await problemsOfDrawing('flowchart LR', '  a --> b', '  a -. b.c .-> d')).toEqual([
      expect.stringMatching(/^docs\/page\.md, line 6: Mermaid cannot draw .* line 3\. .*: Lexical error/),
    ]);
  });

  it('is refused when it is a strip whose letters nobody can read', async () => {
    const nodes = Array.from({ length: 20 }, (_, at) => `n${at}[validate-endpoint]`);
    expect(await problemsOfDrawing('flowchart LR', `  ${nodes.join(' --> ')}`)).toEqual([
      expect.stringMatching(/^docs\/page\.md, line 3: The diagram is \d+ pixels wide.*flowchart TB/),
    ]);
  });
});

describe.skipIf(!executable)('a page', () => {
  it.each(pages)('can be read by everybody: $path', async (each) => {
    expect(await problemsOfPage(browser, each)).toEqual([]);
  });

  it('of the set-up is one screen', async () => {
    const setup = pages.find(({ path }) => path === 'docs/setup.md');
    const tab = await browser.newPage({ offline: true, viewport: { width: 1280, height: 1080 } });
    await tab.setContent(setup ? htmlOf(setup) : '');
    expect(await tab.evaluate('document.body.scrollHeight')).toBeLessThanOrEqual(1080);
    await tab.close();
  });

  it.each([
    ['a heading that skips a level', page('# Page', '### Part'), /line 2: .*\(heading-order\): <h3>Part/],
    ['no first heading', page('## Page'), /line 1: .*\(page-has-heading-one\)/],
    [
      'a column without a name',
      page('# Page', '', '| | b |', '| - | - |', '| a | b |'),
      /line 3: .*\(empty-table-header\)/,
    ],
    [
      'a table that is wider than the page',
      page('# Page', '', `| a | b |`, '| - | - |', `| \`${'word'.repeat(30)}\` | \`${'word'.repeat(30)}\` |`),
      /line 3: Tables must not be wider .*\(table-width\)[\s\S]*fewer columns/,
    ],
    ['a link without words', page('# Page', '', '[](page.md)'), /line 3: .*\(link-name\): <a href="page\.md">/],
    ['an image without words', page('# Page', '', '![](image.png)'), /line 3: Images must have alternative text/],
    [
      'a diagram without a title',
      diagram('flowchart LR', '  a --> b'),
      /line 3: Diagrams must have a title .*accTitle/,
    ],
  ])('is refused for %s, with what to do', async (_, given, problem) => {
    expect(await problemsOfPage(browser, given)).toEqual([expect.stringMatching(problem)]);
  });

  it('whose pictures say what they show is not refused', async () => {
    const titled = diagram('flowchart LR', '  accTitle: From a to b', '  a --> b');
    expect(await problemsOfPage(browser, page(titled.text, '', '![words](image.png)'))).toEqual([]);
  });
});
