import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { partsOf } from '../../src/ground/error-parts.ts';
import { gitlabWords } from '../gitlab/known.ts';
import { fileWords, readOptions, SETUP_FILE, templateCommand, WordsMistake } from '../options.ts';
import { SetupMistakes, setupIn } from '../setup-plan.ts';
import { setupText } from './file.ts';
import { type InGitLab, NOTHING } from './in-gitlab.ts';
import { type Answers, type Known, OPTIONS, type Option, partsOfAnswer, problemWith, QUESTIONS } from './questions.ts';

/** What the command takes from outside, and where its lines go. */
export interface Terminal {
  /** Asks a person; absent where nobody is there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Reads what the project has in GitLab, or says why it cannot be read; absent where no token is given. */
  readonly read?: (gitlab: string, project: string) => Promise<InGitLab | string>;
  print(line: string): void;
}

/** `npm run setup -- init`: asks what is not given as an option, and writes setup.yml. Never overwrites a file. */
export async function init(words: readonly string[], terminal: Terminal): Promise<number> {
  const text = { type: 'string' } as const;
  const options = Object.fromEntries(OPTIONS.map((each) => [each, text]));
  const { file = SETUP_FILE, ...given } = readOptions(words, { ...options, file: text }) as Known & { file?: string };
  refuseUnwritable(file);
  const { answers, found } = await answersTo(given, terminal);
  const written = setupText(answers, found?.projectId);
  await setupIn(file, written);
  await writeNew(file, written);
  const accounts = [...new Set(partsOfAnswer('accounts', answers.accounts))];
  terminal.print(`${file} is written. Next: read it, then run these; docs/setup.md says what they do:`);
  for (const account of accounts) terminal.print(`  ${templateCommand(account, accounts, file)}`);
  terminal.print(`  npm run -s setup -- gitlab plan${fileWords(file)}${gitlabWords(answers.gitlab, file)}`);
  return 0;
}

/** The answers, and what the project has in GitLab, where that can be read. */
async function answersTo(
  given: Known,
  terminal: Terminal,
): Promise<{ readonly answers: Answers; readonly found: InGitLab | undefined }> {
  const wrong = OPTIONS.flatMap((option) => {
    const problem = given[option] === undefined ? undefined : problemWith(option, given[option], given);
    return problem === undefined ? [] : [`--${option} ${problem}.`];
  });
  if (wrong.length > 0) throw new WordsMistake(wrong.join('\n'));
  const { ask } = terminal;
  // The token goes to that address: a person says yes to the usual one, or it is named.
  const read = ask || given.gitlab !== undefined ? terminal.read : undefined;
  let known: Known = given;
  let found: InGitLab | undefined;
  const missing: Option[] = [];
  for (const option of OPTIONS.filter((each) => given[each] === undefined)) {
    if (option !== 'gitlab' && option !== 'project') found ??= await inGitLab(known, { read, print: terminal.print });
    const usual = QUESTIONS[option].usual?.(known, found);
    const answer = ask ? await answered(option, usual, { known, ask, print: terminal.print }) : usual;
    if (answer === undefined) missing.push(option);
    else known = { ...known, [option]: answer };
  }
  if (missing.length > 0)
    throw new WordsMistake(
      `Nobody can be asked here, because this is no terminal. Give ${missing.map((each) => `--${each}`).join(', ')}.`,
    );
  found ??= await inGitLab(known, { read, print: terminal.print });
  return { answers: known as Answers, found };
}

/** What the project has, told to the person; nothing where it is not known, or cannot be read: then they know it themselves. */
async function inGitLab(
  { gitlab, project }: Known,
  { read, print }: Pick<Terminal, 'print'> & { readonly read: Terminal['read'] | undefined },
): Promise<InGitLab | undefined> {
  if (!read || project === undefined) return undefined;
  const found = await read(gitlab ?? '', project);
  if (typeof found === 'string') print(`GitLab could not be read, so nothing of it is proposed: ${found}.`);
  else
    print(`In GitLab: ${found.environments.join(', ') || 'no environments'}; default branch ${found.defaultBranch}.`);
  return typeof found === 'string' ? NOTHING : found;
}

interface Asking extends Pick<Terminal, 'print'> {
  readonly known: Known;
  ask(question: string): Promise<string>;
}

/** An address copied from a browser ends with a slash. */
function tidied(option: Option, said: string): string {
  return option === 'gitlab' ? said.trim().replace(/\/+$/, '') : said.trim();
}

/** Asks until the answer is one. */
async function answered(option: Option, usual: string | undefined, { known, ask, print }: Asking): Promise<string> {
  for (;;) {
    const said = await ask(`${QUESTIONS[option].asks}${usual === undefined ? '' : ` [${usual}]`}: `);
    const answer = tidied(option, said) || (usual ?? '');
    const problem = problemWith(option, answer, known);
    if (problem === undefined) return answer;
    print(`  ${problem}.`);
  }
}

const EXISTS = 'it is there already, and is left as it is. Next: edit it, or write another with --file';

/** Nobody answers questions for a file that cannot be written. */
function refuseUnwritable(file: string): void {
  const folder = dirname(file);
  if (existsSync(file)) throw new SetupMistakes(file, [EXISTS]);
  if (!existsSync(folder))
    throw new SetupMistakes(file, [`there is no folder ${folder}. Next: create it, or correct --file`]);
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = partsOf(error);
    throw new SetupMistakes(file, [code === 'EEXIST' ? EXISTS : message]);
  }
}
