import { readFileSync } from 'node:fs';
import type { Team } from '../../setup/policies/team.ts';
import { setupIn, teamOf } from '../../setup/setup-plan.ts';
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

/** The teams of the files like setup.yml that the commands on the page of an example name: one for each model. */
export async function teamsOfExample(name: string): Promise<Team[]> {
  const commands = readPage(`examples/${name}/README.md`).blocks.flatMap(({ language, text }) =>
    language === 'sh' ? commandsIn(text) : [],
  );
  const files = commands.flatMap((command) => / --file examples\/(\S+)/.exec(command)?.[1] ?? []);
  const plans = await Promise.all(files.map((file) => setupIn(file, read(file))));
  return plans.flatMap((plan) =>
    plan.models.flatMap((model) => plan.environments.slice(0, 1).map((where) => teamOf(plan, model, where))),
  );
}

/** The trust policies that the page of an example shows. */
export function trustOfExample(name: string): unknown[] {
  const blocks = readPage(`examples/${name}/README.md`).blocks.filter(({ language }) => language === 'json');
  return blocks.map(({ text }) => JSON.parse(text));
}
