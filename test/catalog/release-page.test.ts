import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { readRepository } from '../../compiler/templates.ts';
import { addressesIn } from '../../scripts/release/addresses.ts';
import { layout, logins, mirroring, type Part } from '../../scripts/release/first/guide.ts';
import { mirroredImages } from '../../scripts/release/first/mirrored.ts';
import { fill } from './markdown.ts';
import { stale } from './tell.ts';

const { pull, publish, project } = addressesIn(readRepository('catalog.yml') ?? '');
const answers = {
  ...{ gitlab: 'https://gitlab.agency.example', project, pull, publish },
  ...{ npm: 'https://registry.agency.example/npm/', key: 'file' },
};

it('docs/release.md tells the same of the first release as npm run release -- first', async () => {
  const tools = parse(readRepository('.gitlab/tools.yml') ?? '').variables;
  const parts: Record<string, readonly [string, Part]> = {
    layout: ['text', layout(answers)],
    logins: ['text', logins(answers)],
    mirroring: ['sh', mirroring(mirroredImages(tools, { stated: pull, pull, publish }))],
  };
  const page = Object.entries(parts).reduce(
    (text, [name, [language, { lines }]]) => fill(text, name, block(language, lines)),
    readRepository('docs/release.md') ?? '',
  );
  await expect(page, stale('docs/release.md')).toMatchFileSnapshot('../../docs/release.md');
});

function block(language: string, lines: readonly string[]): string {
  return ['', `\`\`\`${language}`, ...lines, '```', ''].join('\n');
}
