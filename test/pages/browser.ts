import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const mermaid = fileURLToPath(import.meta.resolve('mermaid/dist/mermaid.min.js'));
const ours = fileURLToPath(new URL('in-page.js', import.meta.url));
const QUIET = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Where Chromium is. Without it a developer skips what needs it; CI may not. */
export function chromiumPath(): string | undefined {
  const path = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();
  if (path) return path;
  const missing = 'Chromium is not there. Run: apt-get install --no-install-recommends chromium';
  if (process.env.CI) throw new Error(missing);
  console.log(`SKIPPED what needs a browser. ${missing}`);
  return undefined;
}

export function startBrowser(executablePath: string): Promise<Browser> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: [...QUIET, ...asRoot] });
}

/** A tab with no network, with Mermaid and axe in it. */
export async function openTab(browser: Browser, html = '<!doctype html>'): Promise<Page> {
  const tab = await browser.newPage({ offline: true });
  await tab.setContent(html);
  await tab.addScriptTag({ path: mermaid });
  await tab.addScriptTag({ content: axe.source });
  await tab.addScriptTag({ path: ours });
  await tab.evaluate('mermaid.initialize({ startOnLoad: false, suppressErrorRendering: true })');
  return tab;
}
