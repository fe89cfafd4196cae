import { SetupMistakes } from './setup-plan.ts';

/** One of `npm run setup -- <name>`: returns the exit code, and prints what a person reads. */
type Command = (words: readonly string[]) => Promise<number>;

/** Each is loaded when it is asked for: the client of GitLab takes its time. */
const COMMANDS: Readonly<Record<string, { readonly says: string; load(): Promise<Command> }>> = {};

/** `npm run setup -- <command> ...`. */
async function main([name = '', ...words]: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command) return refuse(name);
  try {
    return await (await command.load())(words);
  } catch (error) {
    if (!(error instanceof SetupMistakes)) throw error;
    console.log(error.message);
    return 64;
  }
}

function refuse(name: string): number {
  console.log(name === '' ? 'ERROR Say what to set up.' : `ERROR There is no command ${name}.`);
  for (const [each, { says }] of Object.entries(COMMANDS)) console.log(`  npm run setup -- ${each}  ${says}`);
  return 64;
}

process.exitCode = await main(process.argv.slice(2));
