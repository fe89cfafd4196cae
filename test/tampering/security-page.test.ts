import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { models } from '../../emulator/model.ts';
import { variableFor } from '../../src/gitlab/inputs.ts';
import { ENTRY_KEYS } from '../../src/registry/entry-keys.ts';
import { programs } from '../catalog/programs.ts';
import { tell } from '../catalog/tell.ts';
import { chainBefore } from './chain.ts';
import { ASKED, ELSEWHERE, IGNORED, PREDEFINED, REFUSED } from './variables.ts';

const repository = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', repository), 'utf8');
const source = readdirSync(new URL('src', repository), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(new URL(`src/${path}`, repository), 'utf8'))
  .join('\n');

/** An action that changes something in a service whose events CloudTrail has without being asked: not the objects of S3. */
const CHANGE =
  /^(?:sagemaker|cloudwatch|application-autoscaling):((?:Create|Update|Delete|Start|Stop|Add|Put|Register|Deregister)\w+)$/;

/** The first cells of the table under a heading. */
function firstCells(heading: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => row.split(' | ')[0]?.replace(/^\| /, '') ?? '');
}

const codeIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

it('names every input that a variable can still change, and no other', () => {
  const asked = Object.values(ASKED).flatMap((rows) => Object.keys(rows));
  const [named, changeable] = [firstCells('What a variable can still change').flatMap(codeIn), asked];
  const place = 'docs/security.md, "What a variable can still change",';
  tell([
    ...sorted(changeable.filter((input) => !named.includes(input))).map(
      (input) => `${place} does not name ${input}, which test/tampering/variables.ts (ASKED) lets a variable change.`,
    ),
    ...named
      .filter((input) => !changeable.includes(input))
      .map((input) => `${place} names ${input}, of which ASKED in test/tampering/variables.ts says nothing.`),
  ]);
});

it('names every variable of GitLab that is forged, and speaks of none that is not', () => {
  const forged = [...Object.keys(PREDEFINED), ...Object.keys(ELSEWHERE), ...Object.keys(IGNORED)];
  const mustBeThere = [
    ...Object.keys(PREDEFINED),
    'CI_JOB_MANUAL',
    'CI_JOB_STARTED_AT',
    'CI_JOB_TIMEOUT',
    'HTTPS_PROXY',
  ];
  expect(mustBeThere.filter((name) => !/^AWS_ENDPOINT_URL_/.test(name) && !page.includes(`\`${name}\``))).toEqual([]);

  const inputs = Object.values(REFUSED).flatMap((rows) => Object.keys(rows).map(variableFor));
  const known = new Set([...forged, ...inputs]);
  const named = codeIn(page).flatMap((code) => code.match(/^(INPUT|CI|AWS|GITLAB)_[A-Z0-9_]+/)?.[0] ?? []);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

it('names every safety input by the variable that does not reach it', () => {
  const safetyInputs = programs.flatMap(({ safetyInputs: own }) => own.map(variableFor));
  const missing = safetyInputs.filter((safetyInput) => !page.includes(`\`${safetyInput}\``));
  tell(
    missing.map(
      (variable) => `docs/security.md does not name ${variable}: add it to the variables that reach nothing.`,
    ),
  );
});

it('names the events of CloudTrail as AWS names its operations, and every change that a program makes', () => {
  const events = firstCells('Check CloudTrail').flatMap(codeIn);
  const { sagemaker, sts, autoscaling, cloudwatch } = models;
  const operations = new Set(
    [sagemaker, sts, autoscaling, cloudwatch].flatMap((model) => Object.keys(model.operations)),
  );
  expect(events.filter((event) => !operations.has(event))).toEqual([]);
  const changes = programs
    .flatMap(({ permissions }) => permissions.map(({ action }) => action))
    .flatMap((action) => CHANGE.exec(action)?.[1] ?? []);
  expect(sorted(changes).filter((change) => !events.includes(change))).toEqual([]);
});

it('tells under which name a job is found in CloudTrail', async () => {
  expect(page).toContain('`gl-<project id>-<pipeline id>-<job id>`');
  const chain = await chainBefore('approve-model');
  const { received } = await chain.run('approve-model');
  expect(received.at(-1)?.principal).toBe(
    'arn:aws:sts::111122223333:assumed-role/resale-price-approve-uat/gl-42-201-7001',
  );
});

it('names every key of a registry entry, with who writes it', () => {
  const missing = ENTRY_KEYS.filter(({ kind, writers, ...row }) => {
    const key = kind === 'built' ? kind : `${kind}.<environment>${'companion' in row ? `.${row.companion}` : ''}`;
    return !page.includes(`| \`${key}\` | ${writers.join(', ')} |`);
  });
  expect(missing).toEqual([]);
});

it('names every file that a job keeps', () => {
  const kept = [...source.matchAll(/(?:report\.file|write)\(\s*'([\w.-]+)'/g)].map(([, name = '']) => name);
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('leads only to pages and headings that are', () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
  );
  for (const [, target = ''] of page.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('#')) expect(headings).toContain(target.slice(1));
    else expect(existsSync(new URL(`docs/${target}`, repository)), target).toBe(true);
  }
});
