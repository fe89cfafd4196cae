import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfigFile } from '../../compiler/document.ts';
import { readRepository, templateNames } from '../../compiler/templates.ts';
import { whyNotStarted } from '../components/example.ts';
import { ROWS } from '../failures/rows.ts';
import { scenes } from '../interruption/scenes.ts';
import { ASKED, REFUSED, WITHOUT_EFFECT } from '../tampering/variables.ts';
import { workOf } from './acts.ts';
import { catalog } from './catalog-file.ts';
import { OF_A_COMPOSITION, WITHOUT_PROGRAM } from './gitlab-jobs.ts';
import { resalePrice } from './policies.ts';
import { findProgram, programs } from './programs.ts';
import { templates, whyUnreadable } from './template.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = (pattern: string) => globSync(pattern, { cwd: root });
const stems = (pattern: string) => files(pattern).map((path) => basename(path).replace(/\..*$/, ''));
const read = (path: string) => readRepository(path) ?? '';

const commands = commandsOfImage().filter((name) => !OF_A_COMPOSITION.includes(name));
const inCatalog = catalog.components.map(({ name }) => name);
const tries = stems('.gitlab/try/*.yml').filter((name) => name !== 'refused');
const triggers = Object.keys(readConfigFile(read('.gitlab-ci.yml')).body);
const rolesInSetup = read('docs/setup-by-hand.md')
  .split('\n')
  .filter((line) => line.startsWith('| `resale-price-'));

/** Every name that any of the places below knows. */
export const componentNames = [
  ...new Set([
    ...inCatalog,
    ...templateNames,
    ...programs.map(({ name }) => name),
    ...stems('src/components/*.ts'),
    ...commands,
    ...tries,
  ]),
];

/** A place that must know a component. It says in a sentence, which begins with the file, what to do there; nothing when it does. */
type Place = (name: string) => string | false | undefined;

const everyComponent: readonly Place[] = [
  (name) =>
    templateNames.includes(name)
      ? whyUnreadable(name)
      : `templates/${name}.yml is missing: write there what ${name} takes, and its job.`,
  (name) =>
    !inCatalog.includes(name) &&
    `catalog.yml does not name ${name}: add it to components, in the order of promotion, with its stability and since.`,
  (name) =>
    !tries.includes(name) &&
    `.gitlab/try/${name}.yml is missing: include ${name} there at this commit, as check-model.yml beside it does.`,
  (name) =>
    !triggers.includes(`try-${name}`) &&
    `.gitlab-ci.yml has no job try-${name}: let it trigger .gitlab/try/${name}.yml, as try-check-model does its own.`,
  (name) =>
    files(`test/**/${stemOf(name)}.test.ts`).length === 0 &&
    `test/components/${name}.test.ts is missing: hold there what ${name} decides as a table, then play it on the emulator.`,
  (name) =>
    !read('CHANGELOG.md').includes(`\`${name}\``) &&
    `CHANGELOG.md does not name ${name}: end the commit that brings it with Changelog: added, then run npm run changelog.`,
];

const everyProgram: readonly Place[] = [
  (name) =>
    !fileOf(name) &&
    `src/components/${name}.ts is missing: define ${name} there, or name it in WITHOUT_PROGRAM of test/catalog/gitlab-jobs.ts when no program of ours runs in its job.`,
  (name) =>
    !commands.includes(name) &&
    `src/main.ts has no command ${name}: add it to COMPONENTS, to load src/components/${stemOf(name)}.ts.`,
  (name) =>
    !findProgram(name) &&
    `setup/programs.ts does not list ${name}: import its definition, and add it in the order of promotion.`,
  whyNotStarted,
  (name) =>
    !ROWS.some(({ component, long }) => component === name && !long) &&
    `test/failures/rows has no row of ${name}: add what can go wrong for it, because docs/troubleshooting.md is made of rows.`,
  (name) =>
    !scenes.some(({ component }) => component.name === name) &&
    `test/interruption/scenes.ts has no scene of ${name}: add one for each way in which it changes AWS, to be killed at each call.`,
  (name) =>
    [REFUSED, WITHOUT_EFFECT, ASKED].some((values) => !(name in values)) &&
    `test/tampering/variables.ts forges no input of ${name}: add it to REFUSED, WITHOUT_EFFECT and ASKED.`,
];

/** What must know the duty of a component, by the name of its policy in the first environment: `approve-dev`. */
const everyDuty: readonly Place[] = [
  (policy) =>
    !(policy in workOf({ own: '', foreign: '' })) &&
    `test/catalog/acts.ts knows no work of ${policy}: add to workOf() what its jobs may do.`,
  (policy) =>
    !rolesInSetup.some((line) => line.includes(`\`${policy}\``)) &&
    `docs/setup-by-hand.md gives no role the policy ${policy}: add it to the table of roles, and to the commands below.`,
];

/** What is still to do before a component is whole: a sentence for each place that does not know it. */
export function forgottenPlaces(name: string): string[] {
  const program = findProgram(name);
  // Who needs no permission of its own has no policy.
  const duties = program?.permissions.length ? [`${program.duty}-${resalePrice.environments[0]}`] : [];
  return [
    ...everyComponent.map((place) => place(name)),
    ...(hasProgram(name) ? everyProgram.map((place) => place(name)) : []),
    ...everyDuty.flatMap((place) => duties.map(place)),
  ].filter((sentence) => typeof sentence === 'string');
}

/** Whether a program of ours runs in its job: not where a template composes others, or runs the project's own script. */
function hasProgram(name: string): boolean {
  const composes = templates.some((template) => template.name === name && template.includes.length > 0);
  return !composes && !(name in WITHOUT_PROGRAM);
}

/** The file of src/components that defines a component, without its ending. */
export function fileOf(name: string): string | undefined {
  const path = files('src/components/*.ts').find((file) => read(file).includes(`name: '${name}'`));
  return path && basename(path, '.ts');
}

function stemOf(name: string): string {
  return fileOf(name) ?? name;
}

/** The commands of the image, as it names them to whoever asks for one that there is not. */
function commandsOfImage(): string[] {
  const answer = spawnSync(process.execPath, [`${root}src/main.ts`, 'no-such-component'], { encoding: 'utf8' });
  return /name one of ([^;]*);/.exec(answer.stdout)?.[1]?.split(', ') ?? [];
}
