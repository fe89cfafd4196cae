import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { firstSentence } from './release/first/answers.ts';
import { first } from './release/first/command.ts';
import { problemsOf } from './release/readiness.ts';
import { readRepository } from './release/repository.ts';

const folder = fileURLToPath(new URL('../', import.meta.url));

/** `npm run release -- 1.4.0 [--dry-run]`: checks everything that must hold, then tags; the tag's pipeline releases. */
function release(): number {
  const asked = askedFor();
  if (typeof asked === 'string') {
    console.log(
      `ERROR ${asked}\nNext: npm run release -- 1.4.0 --dry-run; before the first one, npm run release -- first.`,
    );
    return 64;
  }
  const { version, values } = asked;
  const repository = readRepository(folder);
  const problems = problemsOf(repository, { version, tagged: values.tagged });
  for (const { what, next } of problems) console.log(`ERROR ${what}\nNext: ${next}`);
  if (problems.length > 0) return 1;

  if (version === 'unreleased') console.log('What is here can become a version.');
  else if (values.tagged) console.log(`${version} may be released from ${repository.commit}.`);
  else if (values['dry-run']) console.log(plan(version, repository.commit));
  else tag(version);
  return 0;
}

/** The version and the options, or what is wrong with the words. */
function askedFor() {
  const options = {
    'dry-run': { type: 'boolean', default: false },
    tagged: { type: 'boolean', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [version] = positionals;
    return version === undefined ? 'No version was named.' : { version, values };
  } catch (error) {
    return firstSentence(error);
  }
}

function plan(version: string, commit: string): string {
  return `Everything holds. Without --dry-run:
  1. git tag ${version} at ${commit}, and git push it. Its pipeline then
  2. finds the image that the default branch's pipeline tested at this commit, or refuses;
  3. writes the SBOM, the provenance and the release's page from CHANGELOG.md;
  4. copies that image beside the releases, attaches SBOM and provenance, signs all three, and gives it the tag ${version};
  5. verifies the signatures and pulls every layer, as a user would;
  6. releases ${version} to the catalog: from then on it is what @${version.split('.')[0]} means.`;
}

function tag(version: string): void {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, stdio: 'inherit' });
  git('tag', '--annotate', `--message=Release ${version}`, version);
  git('push', 'origin', `refs/tags/${version}`);
  console.log(
    `Tagged. The pipeline of ${version} releases it; docs/release.md says what to do when a step of it fails.`,
  );
}

const [command, ...words] = process.argv.slice(2);
const { stdin: input, stdout: output } = process;
process.exitCode =
  command === 'first'
    ? await first(words, folder, input.isTTY && output.isTTY ? { input, output } : undefined)
    : release();
