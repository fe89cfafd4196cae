import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountPlan, accountsOf } from '../aws/account.ts';
import { beyondIam } from '../aws/limits.ts';
import { FILE, readOptions } from '../options.ts';
import { programsOfRoles } from '../programs.ts';
import { readSetup, SetupMistakes, type SetupPlan, teamOf } from '../setup-plan.ts';
import { needsManaged, type PolicyFiles, policyFiles } from './files.ts';

/** `npm run setup -- policies`: the IAM policies of setup.yml as files, where nobody may use CloudFormation. */
export async function policies(words: readonly string[], print: (line: string) => void): Promise<number> {
  const options = readOptions(words, {
    file: FILE,
    out: { type: 'string', default: 'policies' },
  });
  const plan = await readSetup(options.file);
  const accounts = accountsOf(plan);
  const mistakes = accounts.flatMap((account) => beyondIam(accountPlan(plan, account, programsOfRoles)));
  if (mistakes.length > 0) throw new SetupMistakes(options.file, [...new Set(mistakes)]);
  for (const { folder, files, roles } of foldersOf(plan)) {
    const path = join(options.out, folder);
    await mkdir(path, { recursive: true });
    for (const [file, document] of Object.entries(files))
      await writeFile(join(path, file), `${JSON.stringify(document, undefined, 2)}\n`);
    for (const line of linesOf({ files, roles })) print(line);
    const { length } = Object.keys(files);
    print(`${length} ${length === 1 ? 'file is' : 'files are'} in ${path}/.`);
  }
  print('Next: docs/setup-by-hand.md, section 2, attaches them.');
  return 0;
}

interface Folder extends PolicyFiles {
  /** Empty where there is one account and one model. */
  readonly folder: string;
}

/** A folder for each account and model; of one account or one model, none of its name. */
function foldersOf(plan: SetupPlan): Folder[] {
  const accounts = accountsOf(plan);
  return accounts.flatMap((account) => {
    const within = accounts.length > 1 ? account : '';
    const environments = plan.environments.filter((each) => each.account === account);
    const ofModels = plan.models.map((model) => ({
      folder: join(within, plan.models.length > 1 ? model.name : ''),
      ...policyFiles({
        team: teamOf(plan, model, { account, region: plan.environments[0]?.region ?? '' }),
        programs: programsOfRoles,
        layout: plan.roles,
        environments: environments.map(({ name }) => name),
      }),
    }));
    const groups = accountPlan(plan, account, programsOfRoles).groups.flatMap(({ name, policy }) =>
      policy ? [[`group-${name}.json`, policy] as const] : [],
    );
    return [
      ...(environments.length > 0 ? ofModels : []),
      ...(groups.length > 0 ? [{ folder: within, files: Object.fromEntries(groups), roles: [] }] : []),
    ];
  });
}

const MANAGED = 'a managed policy (aws iam create-policy, aws iam attach-role-policy)';

function linesOf({ files, roles }: PolicyFiles): string[] {
  return [
    ...roles.map(({ name, trust, policies: own }) => `${name}: trusts by ${trust}, may ${own.join(', ')}`),
    ...roles
      .filter(needsManaged)
      .map(({ name }) => `${name}: its policies are too large for inline policies. Attach each as ${MANAGED}.`),
    ...('deny-registry-entries-1.json' in files
      ? [`The Deny is too large for one policy. Attach each of its files as ${MANAGED}.`]
      : []),
  ];
}
