import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { openTab } from './browser.ts';
import { type Diagram, htmlOf, type Page } from './markdown.ts';

const drawnSchema = z.union([z.object({ svg: z.string() }), z.object({ refusal: z.string() })]);
const judgedSchema = z.array(
  z.object({ rule: z.string(), help: z.string(), advice: z.string(), line: z.int(), element: z.string() }),
);

/** In a page of 1000 pixels, a wider diagram has letters of less than 8. */
const WIDEST = 2000;

/** Why a reader would not see a diagram: Mermaid cannot draw it, and stopped at this line of the page, or it is too wide. */
export async function problemsOfDiagram(browser: Browser, { page, line, text }: Diagram): Promise<string[]> {
  const tab = await openTab(browser);
  const drawn = drawnSchema.parse(await tab.evaluate(`draw(${JSON.stringify(text)})`));
  await tab.close();
  if ('svg' in drawn) return tooWide(drawn.svg).map((problem) => `${page}, line ${line}: ${problem}`);
  const [, within = 0] = /\bline (\d+)/.exec(drawn.refusal) ?? [];
  const problem = `Mermaid cannot draw the diagram that begins in line ${line}. Correct what it names: ${drawn.refusal}`;
  return [`${page}, line ${line + Number(within)}: ${problem}`];
}

function tooWide(svg: string): string[] {
  const [, width] = /viewBox="\S+ \S+ (\d+)/.exec(svg) ?? [];
  if (Number(width) <= WIDEST) return [];
  return [`The diagram is ${width} pixels wide, too wide to be read. Let it go down (flowchart TB), or divide it.`];
}

/** What keeps somebody from reading a page, each with its line, its element and what to do. */
export async function problemsOfPage(browser: Browser, page: Page): Promise<string[]> {
  const tab = await openTab(browser, htmlOf(page));
  const judged = judgedSchema.parse(await tab.evaluate('judge()'));
  await tab.close();
  return judged.map(
    ({ rule, help, advice, line, element }) =>
      `${page.path}, line ${line}: ${help} (${rule}): ${element}. ${advice.replaceAll(/\s+/g, ' ')}.`,
  );
}
