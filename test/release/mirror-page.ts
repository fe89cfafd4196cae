import { readPage } from '../docs/pages.ts';

/** The shell blocks of docs/mirror.md, as a reader copies them, and the text that it lets them save as roots.json. */
export function mirrorPage(): {
  readonly git: readonly string[];
  readonly cosign: readonly string[];
  readonly roots: string;
} {
  const { blocks } = readPage('docs/mirror.md');
  const shell = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  return {
    git: shell.filter((text) => text.startsWith('git ')),
    cosign: shell.filter((text) => text.startsWith('cosign ')),
    roots: blocks.find(({ language }) => language === 'json')?.text ?? '',
  };
}
