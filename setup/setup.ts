import { setTimeout as pause } from 'node:timers/promises';
import { WordsMistake } from './options.ts';
import { SetupMistakes } from './setup-plan.ts';

/** One of `npm run -s setup -- <name>`: returns the exit code, and prints what a person reads. */
type Command = (words: readonly string[]) => Promise<number>;

/** Each is loaded when it is asked for: the client of GitLab takes its time. */
const COMMANDS: Readonly<Record<string, { readonly words?: string; readonly says: string; load(): Promise<Command> }>> =
  {
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
      words: ' --account 111122223333 > stack.yml',
      says: 'prints the CloudFormation template of an account',
      load: async () => (await import('./aws/command.ts')).aws,
    },
    policies: {
      words: ' --out policies',
      says: 'writes the IAM policies as files, where nobody may use CloudFormation',
      load: async () => {
        const { policies } = await import('./policies/command.ts');
        return (words) => policies(words, console.log);
      },
    },
    gitlab: {
      words: ' plan | apply | check',
      says: 'shows, makes or checks the settings of the project in GitLab',
      load: async () => {
        const { gitlab } = await import('./gitlab/command.ts');
        return (words) =>
          gitlab(words, { env: process.env, sleep: (milliseconds) => pause(milliseconds), print: console.log });
      },
    },
  };

/** `npm run -s setup -- <command> ...`. What a person must read is on stderr: stdout may be a file. */
async function main([name = '', ...words]: readonly string[]): Promise<number> {
  if ([name, ...words].some((word) => HELP.has(word))) return help(console.log, 0);
  const command = COMMANDS[name];
  if (!command) return refuse(name);
  // npm starts this in the folder of the components: a path counts from where the person is.
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env;
  if (script === 'setup' && folder) process.chdir(folder);
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
  return help(console.error, 64);
}

const HELP = new Set(['help', '--help', '-h']);

function help(print: (line: string) => void, code: number): number {
  for (const [name, { words = '', says }] of Object.entries(COMMANDS))
    print(`  npm run -s setup -- ${name}${words}\n    ${says}`);
  print('Each reads or writes setup.yml in this folder; --file <path> names another one. docs/setup.md has the steps.');
  return code;
}

process.exitCode = await main(process.argv.slice(2));
