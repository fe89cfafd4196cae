import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { partsOf } from '../src/ground/error-parts.ts';

/** Where setup.yml is, if nobody says otherwise. */
export const SETUP_FILE = 'setup.yml';

/** The option that says where it is. */
export const FILE = { type: 'string', default: SETUP_FILE } as const;

/** The option that names the same file to the next command. */
export function fileWords(file: string): string {
  return file === SETUP_FILE ? '' : ` --file ${quoted(file)}`;
}

/** A word of a command that a shell takes as it is. */
export function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Why a file that an option names was not read. */
export function whyUnread(error: unknown): string {
  const { code = '', message } = partsOf(error);
  return (
    { ENOENT: `there is no such file in ${process.cwd()}`, EISDIR: 'it is a folder, and no file' }[code] ?? message
  );
}

/** The file of an account's template: with several accounts, nobody deploys that of another. */
export function templateFile(account: string, accounts: readonly string[]): string {
  return accounts.length > 1 ? `stack-${account}.yml` : 'stack.yml';
}

/** The command that writes it, with more words. */
export function templateCommand(account: string, accounts: readonly string[], file: string, more = ''): string {
  return `npm run -s setup -- aws --account ${account}${fileWords(file)}${more} > ${templateFile(account, accounts)}`;
}

/** A command line that cannot be followed: a line for each mistake. */
export class WordsMistake extends Error {}

/** The options of a command line. Throws WordsMistake with what is wrong. */
export function readOptions<const Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  const { values, positionals } = parsed(words, options);
  // What stands there may be a token: it is not repeated.
  if (positionals.length > 0) throw new WordsMistake('This command takes options only, such as --file setup.yml.');
  return values;
}

function parsed<const Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new WordsMistake(error instanceof Error ? error.message : String(error));
  }
}
