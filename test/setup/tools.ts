import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What reads a template as CloudFormation does, and what makes a stack of it on this machine. */
const PACKAGES = ['awscli==1.46.3', 'cfn-lint==1.58.0', 'moto[cloudformation,iam,s3,server]==5.2.5'];

/** Outside the repository, where npm ci does not remove it. */
const cache = join(homedir(), '.cache/sagemaker-components/setup-tools');

/** Says which packages are there, once all are. */
const list = join(cache, 'installed.txt');

function isInstalled(): boolean {
  return existsSync(list) && readFileSync(list, 'utf8') === PACKAGES.join('\n');
}

/** The folder of the tools; none where they are not there, and what needs them is skipped. */
export function toolsOfSetup(): string | undefined {
  if (isInstalled()) return join(cache, 'bin');
  console.log('SKIPPED what needs cfn-lint, moto and the AWS CLI: PyPI could not be reached, or there is no Python.');
  return undefined;
}

/** Installs what is not there, before the tests; says why when it cannot. */
function install(): void {
  if (isInstalled()) return;
  mkdirSync(cache, { recursive: true });
  console.log(`Installing ${PACKAGES.join(', ')} ...`);
  const steps = [
    ['python3', '-m', 'venv', cache],
    [join(cache, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES],
  ];
  for (const [command = '', ...words] of steps) {
    const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
    if (status === 0) continue;
    const why = error?.message ?? stderr.trim().split('\n').at(-1);
    console.log(`The tools could not be installed: ${why}`);
    return;
  }
  writeFileSync(list, PACKAGES.join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
