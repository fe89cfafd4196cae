import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programsOfRoles } from '../test/catalog/programs.ts';
import { needsManaged, type PolicyFiles, policyFiles } from './policies/files.ts';
import { readRequest } from './policies/options.ts';
import { MAX_MANAGED } from './policies/roles.ts';

/** `npm run policies -- --path dev,uat,main ...`: the IAM policies of a promotion, one file each. */
function main(words: readonly string[]): number {
  const request = readRequest(words);
  if ('mistakes' in request) return refuse(request.mistakes);
  const { team, out } = request;
  const planned = policyFiles(team, programsOfRoles);
  write(out, planned.files);
  for (const line of linesOf(planned)) console.log(line);
  console.log(
    `${Object.keys(planned.files).length} files are in ${out}/. Next: docs/setup.md, section 2, attaches them.`,
  );
  return 0;
}

function refuse(mistakes: readonly string[]): number {
  for (const mistake of mistakes) console.log(`ERROR ${mistake}`);
  console.log('Nothing was written. Next: correct that, as in docs/permissions.md, "Policies for your own project".');
  return 64;
}

function write(folder: string, files: PolicyFiles['files']): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, document] of Object.entries(files))
    writeFileSync(join(folder, file), `${JSON.stringify(document, undefined, 2)}\n`);
}

const MANAGED = 'a managed policy (aws iam create-policy, aws iam attach-role-policy)';

function linesOf({ files, roles }: PolicyFiles): string[] {
  return [
    ...roles.map(({ name, trust, policies }) => `${name}: trusts by ${trust}, may ${policies.join(', ')}`),
    ...roles
      .filter(needsManaged)
      .map(({ name, sizes }) =>
        sizes.some((size) => size > MAX_MANAGED)
          ? `${name}: one of its policies is larger than IAM allows. Give the environments shorter names.`
          : `${name}: its policies are too large for inline policies. Attach each as ${MANAGED}.`,
      ),
    ...('deny-registry-entries.json' in files
      ? []
      : [`The Deny is too large for one policy. Attach each of its files as ${MANAGED}.`]),
  ];
}

process.exitCode = main(process.argv.slice(2));
