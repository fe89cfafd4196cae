import { setTimeout as pause } from 'node:timers/promises';
import { WordsMistake } from './options.ts';
import { SetupMistakes } from './setup-plan.ts';

/** One of `npm run setup -- <name>`: returns the exit code, and prints what a person reads. */
type Command = (words: readonly string[]) => Promise<number>;

/** Each is loaded when it is asked for: the client of GitLab takes its time. */
const COMMANDS: Readonly<Record<string, { readonly says: string; load(): Promise<Command> }>> = {
  init: {
    says: 'asks the few questions, and writes setup.yml',
    load: async () => {
      const [{ init }, { terminalOfProcess }] = await Promise.all([
        import('./init/command.ts'),
        import('./init/terminal.ts'),
      ]);
      return async (words) => {
        const terminal = terminalOfProcess();
        return init(words, terminal).finally(terminal.close);
      };
    },
  },
  aws: {
    says: 'prints the CloudFormation template of an account: --account 111122223333 > stack.yml',
    load: async () => (await import('./aws/command.ts')).aws,
  },
  policies: {
    says: 'writes the IAM policies as files, where nobody may use CloudFormation: --out policies',
    load: async () => {
      const { policies } = await import('./policies/command.ts');
      return (words) => policies(words, console.log);
    },
  },
  gitlab: {
    says: 'plan, apply or check the settings of the project in GitLab',
    load: async () => {
      const { gitlab } = await import('./gitlab/command.ts');
      return (words) =>
        gitlab(words, { env: process.env, sleep: (milliseconds) => pause(milliseconds), print: console.log });
    },
  },
};

/** `npm run setup -- <command> ...`. What a person must read is on stderr: stdout may be a file. */
async function main([name = '', ...words]: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command) return refuse(name);
  try {
    return await (await command.load())(words);
  } catch (error) {
    if (!(error instanceof SetupMistakes || error instanceof WordsMistake)) throw error;
    for (const line of error.message.split('\n')) console.error(`ERROR ${line}`);
    return 64;
  }
}

function refuse(name: string): number {
  console.error(name === '' ? 'ERROR Say what to set up.' : `ERROR There is no command ${name}.`);
  for (const [each, { says }] of Object.entries(COMMANDS)) console.error(`  npm run -s setup -- ${each}  ${says}`);
  return 64;
}

process.exitCode = await main(process.argv.slice(2));
