import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { anchorOf } from '../catalog/markdown.ts';

const root = new URL('../../', import.meta.url);

export interface Block {
  readonly language: string;
  readonly text: string;
  /** The last line of prose before it. */
  readonly after: string;
}

export interface Page {
  readonly path: string;
  readonly blocks: readonly Block[];
  /** The page without its blocks. */
  readonly prose: string;
  /** What stands in it as code, within a line. */
  readonly code: readonly string[];
}

const CODE_BLOCK = /^( *)```(\w*)\n(.*?)^\1```$/gms;

/** Every page that somebody who uses or changes the components may read. */
export function readPages(): Page[] {
  const guides = readdirSync(new URL('docs/', root)).map((file) => `docs/${file}`);
  const examples = globSync('examples/*/README.md', { cwd: root }).sort();
  const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...examples, ...guides];
  return paths.filter((path) => path.endsWith('.md')).map(readPage);
}

export function readPage(path: string): Page {
  const text = readFileSync(new URL(path, root), 'utf8');
  const blocks = [...text.matchAll(CODE_BLOCK)].map(({ 1: indent = '', 2: language = '', 3: body = '', index }) => ({
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    after: text.slice(0, index).trimEnd().split('\n').at(-1) ?? '',
  }));
  const prose = text.replaceAll(CODE_BLOCK, '');
  return { path, blocks, prose, code: [...prose.matchAll(/(`+)(.+?)\1/g)].map(({ 2: code = '' }) => code) };
}

/** The addresses of a page's links, without those to other hosts. */
export function linksOf({ prose }: Page): string[] {
  const addresses = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(({ 1: address = '' }) => address);
  return addresses.filter((address) => !/^[a-z]+:/.test(address));
}

/** Whether a link leads to a file of the repository, and to a heading where it names one. */
export function leadsSomewhere(from: string, address: string): boolean {
  const [file = '', anchor] = address.split('#');
  const target = file === '' ? new URL(from, root) : new URL(file, new URL(from, root));
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
}

/** The ends of the links to the headings of a page. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(CODE_BLOCK, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(({ 1: heading = '' }) => anchorOf(heading));
}

/** The commands of a shell block, one for each line that is not continued and no comment. */
export function commandsIn(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/ +# .*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
