import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programs } from '../test/catalog/programs.ts';
import { MAX_INLINE, type PolicyFiles, policyFiles } from './policies/files.ts';
import { readRequest } from './policies/options.ts';

/** `npm run policies -- --path dev,uat,main ...`: the IAM policies of a promotion, one file each. */
function main(words: readonly string[]): number {
  const request = readRequest(words);
  if ('mistakes' in request) return refuse(request.mistakes);
  const { team, out } = request;
  const planned = policyFiles(team, programs);
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

function linesOf({ files, roles }: PolicyFiles): string[] {
  return [
    ...roles.map(({ name, trust, policies }) => `${name}: trusts by ${trust}, may ${policies.join(', ')}`),
    ...roles
      .filter(({ size }) => size > MAX_INLINE)
      .map(
        ({ name }) => `${name}: its policies are larger than IAM allows in one role. Give each duty a role (role_arn).`,
      ),
    ...('deny-registry-entries.json' in files
      ? []
      : [
          'The Deny is larger than IAM allows in one role: attach its files as managed policies (aws iam create-policy).',
        ]),
  ];
}

process.exitCode = main(process.argv.slice(2));
