import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import markdownIt from 'markdown-it';

const repository = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  readonly path: string;
  readonly text: string;
}

export interface Diagram {
  readonly page: string;
  /** Of the line that opens it. */
  readonly line: number;
  readonly text: string;
}

/** As GitLab: tables, bare addresses that become links, and HTML between the Markdown. */
const markdown = markdownIt({ html: true, linkify: true });

// Each block knows its line, so that a failure can name it.
markdown.core.ruler.push('lines', ({ tokens }) => {
  for (const token of tokens) if (token.map && token.nesting >= 0) token.attrSet('data-line', String(token.map[0] + 1));
});

const drawCode = markdown.renderer.rules.fence;
markdown.renderer.rules.fence = (tokens, index, ...rest) => {
  const token = tokens[index];
  if (token?.info.trim() !== 'mermaid') return drawCode?.(tokens, index, ...rest) ?? '';
  return `<pre class="mermaid" data-line="${token.attrGet('data-line')}">${markdown.utils.escapeHtml(token.content)}</pre>`;
};

/** Every page of the repository; GitLab's own folder has parts of its forms, which are no pages. */
export function readPages(): Page[] {
  const names = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'];
  const paths = execFileSync('git', names, { cwd: repository, encoding: 'utf8' }).split('\0').filter(Boolean);
  return paths
    .filter((path) => !path.startsWith('.gitlab/') && existsSync(join(repository, path)))
    .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

export function diagramsIn({ path, text }: Page): Diagram[] {
  const diagrams = markdown.parse(text, {}).filter(({ type, info }) => type === 'fence' && info.trim() === 'mermaid');
  return diagrams.map(({ map, content }) => ({ page: path, line: (map?.[0] ?? 0) + 1, text: content }));
}

/** The page as a reader sees it. */
export function htmlOf({ path, text }: Page): string {
  const head = `<meta charset="utf-8"><title>${markdown.utils.escapeHtml(path)}</title>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body><main>${markdown.render(text)}</main></body></html>`;
}
