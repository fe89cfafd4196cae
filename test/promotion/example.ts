import { readFileSync } from 'node:fs';
import { readRequest } from '../../setup/policies/options.ts';
import type { Team } from '../../setup/policies/team.ts';
import { commandsIn, readPage } from '../docs/pages.ts';

const read = (path: string) => readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');

export function configOfExample(name: string): string {
  return read(`${name}/.gitlab-ci.yml`);
}

/** What somebody who copies an example has: its configuration, with the training and the payload of resale-price. */
export function filesOfExample(name: string): Record<string, string> {
  return {
    '.gitlab-ci.yml': configOfExample(name),
    ...Object.fromEntries(['pipeline.json', 'payload.json'].map((file) => [file, read(`resale-price/${file}`)])),
  };
}

/** The teams for whom the commands on the page of an example write policies. */
export function teamsOfExample(name: string): Team[] {
  const commands = readPage(`examples/${name}/README.md`).blocks.flatMap(({ language, text }) =>
    language === 'sh' ? commandsIn(text) : [],
  );
  return commands.map((command) => {
    const words = command.split(' -- ')[1]?.replaceAll("'", '').split(/\s+/) ?? [];
    const request = readRequest(words);
    if ('mistakes' in request) throw new Error(`examples/${name}/README.md: ${request.mistakes.join(' ')}`);
    return request.team;
  });
}

/** The trust policies that the page of an example shows. */
export function trustOfExample(name: string): unknown[] {
  const blocks = readPage(`examples/${name}/README.md`).blocks.filter(({ language }) => language === 'json');
  return blocks.map(({ text }) => JSON.parse(text));
}
