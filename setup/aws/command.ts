import { FILE, fileWords, readOptions, templateCommand, templateFile, WordsMistake } from '../options.ts';
import { programsOfRoles } from '../programs.ts';
import { readSetup, SetupMistakes } from '../setup-plan.ts';
import { accountPlan, accountsOf } from './account.ts';
import { beyondCloudFormation, beyondIam, stackNameMistakes, templateMistakes } from './limits.ts';
import { stackNameOf } from './stack-name.ts';
import { stepsOf } from './steps.ts';
import { OPTIONS_OF_ACCOUNT, readNow, refusalOf } from './take-over.ts';
import { templateOf, yamlOf } from './template.ts';

/** `npm run -s setup -- aws --account 111122223333 > stack.yml`: the template on stdout, what to do with it on stderr. */
export async function aws(words: readonly string[]): Promise<number> {
  refuseBanner(process.env);
  const options = readOptions(words, {
    account: { type: 'string' },
    file: FILE,
    'stack-name': { type: 'string' },
    ...OPTIONS_OF_ACCOUNT,
  });
  const setup = await readSetup(options.file);
  const accounts = accountsOf(setup);
  const { account } = options;
  if (account === undefined || !accounts.includes(account)) throw new WordsMistake(accountMistake(account, accounts));
  const plan = accountPlan(setup, account, programsOfRoles);
  const name = options['stack-name'] ?? stackNameOf(setup.project, options.file, account);
  const template = templateOf(plan);
  const text = yamlOf(template, account);
  const mistakes = [
    ...beyondIam(plan),
    ...beyondCloudFormation(plan),
    ...templateMistakes(text),
    ...stackNameMistakes(name),
  ];
  if (mistakes.length > 0) throw new SetupMistakes(options.file, mistakes);
  const now = await readNow(options, account, template);
  const refusal = now ? refusalOf(now, options['take-over'] === true) : [];
  for (const line of refusal) console.error(line);
  if (refusal.length > 0) return 1;
  process.stdout.write(text);
  const again = templateCommand(account, accounts, options.file, `${nameWords(options['stack-name'])} ${LOOK}`);
  console.error(stepsOf({ name, plan, text, now, again, file: templateFile(account, accounts) }));
  console.error(`\n${afterwards(account, accounts, options.file)}`);
  return 0;
}

/** The files of a later look at the account. */
const LOOK = '--found account.json --deployed deployed.yml';

/** The option that names the same stack to the next command. */
function nameWords(name: string | undefined): string {
  return name === undefined ? '' : ` --stack-name ${name}`;
}

/** What follows when this account has its stack. */
function afterwards(account: string, accounts: readonly string[], file: string): string {
  const others = accounts.filter((each) => each !== account);
  return [
    others.length > 0 ? 'Then the same for each other account that has no stack yet, and GitLab:' : 'Then GitLab:',
    '',
    ...others.map((each) => `  ${templateCommand(each, accounts, file)}`),
    `  npm run -s setup -- gitlab plan${fileWords(file)}`,
  ].join('\n');
}

/** Without -s, npm writes the name of the script before the template: no file of that could be deployed. */
function refuseBanner({ npm_lifecycle_event: script, npm_config_loglevel: level }: NodeJS.ProcessEnv): void {
  if (script === 'setup' && level !== 'silent' && !process.stdout.isTTY)
    throw new WordsMistake('npm wrote lines of its own into the template. Next: npm run -s setup -- aws, with the -s.');
}

function accountMistake(account: string | undefined, accounts: readonly string[]): string {
  const known = `which names ${accounts.join(' and ')}: each has a stack of its own`;
  return `--account ${account === undefined ? 'is missing. Take one of setup.yml' : 'is none of setup.yml'}, ${known}.`;
}
