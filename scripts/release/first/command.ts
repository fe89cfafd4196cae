import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitlabOfOrigin } from '../../../setup/gitlab/origin.ts';
import { addressesIn, WrongAddresses } from '../addresses.ts';
import { firstRelease } from '../first.ts';
import { type Answers, isComplete, missingIn, readOptions } from './answers.ts';
import { askFor, type Terminal } from './ask.ts';
import type { World } from './finding.ts';
import { thisMachine } from './machine.ts';
import { screenOf } from './screen.ts';

/** `npm run release -- first`: asks, looks, and says what to do before the first release. Returns the exit code. */
export async function first(words: readonly string[], folder: string, terminal: Terminal | undefined): Promise<number> {
  const options = readOptions(words);
  if ('mistakes' in options) return refuse(options.mistakes);
  try {
    const proposed = proposals(folder);
    // An access token goes to that address: where nobody says yes to what is proposed, it has to be named.
    const { gitlab: _, ...stated } = proposed;
    const answers = terminal ? await askFor(terminal, options.given, proposed) : { ...stated, ...options.given };
    if (answers === undefined) return refuse(['Not every question was answered.']);
    if (!isComplete(answers))
      return refuse(missingIn(answers).map(({ name, form }) => `--${name} is missing: it ${form}.`));
    return await look(thisMachine(folder), answers);
  } catch (error) {
    if (!(error instanceof WrongAddresses)) throw error;
    return refuse([error.message]);
  }
}

async function look(world: World, answers: Answers): Promise<number> {
  const found = await firstRelease(world, answers);
  for (const line of screenOf(found)) console.log(line);
  return found.findings.every(({ is }) => is === 'ok') ? 0 : 1;
}

function refuse(mistakes: readonly string[]): number {
  for (const mistake of mistakes) console.log(`ERROR ${mistake}`);
  console.log(
    'Nothing was looked at. Next: give every answer as an option, or run this in a terminal (docs/release.md).',
  );
  return 64;
}

/** What the repository says already: catalog.yml, and where it was cloned from. */
function proposals(folder: string): Partial<Answers> {
  const { project, pull, publish } = addressesIn(readFileSync(join(folder, 'catalog.yml'), 'utf8'));
  const gitlab = gitlabOfOrigin(folder);
  return { project, pull, publish, ...(gitlab?.startsWith('https:') && { gitlab }) };
}
