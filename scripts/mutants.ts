import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { MODULES } from './mutants/modules.ts';
import { compare, namedSurvivors, type Survivor, survivorOf } from './mutants/survivors.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Off: what they change is a text, or a whole value that the types or every test at once would miss. */
const EXCLUDED = ['StringLiteral', 'Regex', 'ObjectLiteral', 'ArrayDeclaration'];

/** A mutant that never ends, or with which no test can even begin, is killed as well. */
const KILLED = ['Killed', 'Timeout', 'RuntimeError'];

type Result = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** `npm run test:mutants [-- MODULE ...]`: breaks each deciding module in every small way; some test has to notice. */
async function main(chosen: readonly string[]): Promise<number> {
  const unknown = chosen.filter((module) => !MODULES.includes(module));
  if (unknown.length > 0) {
    console.error(
      `ERROR Not a deciding module: ${unknown.join(', ')}.\nNext: name some of:\n  ${MODULES.join('\n  ')}`,
    );
    return 64;
  }
  const modules = chosen.length > 0 ? chosen : MODULES;
  // Read first: somebody may edit a module while its mutants are tested.
  const sources = new Map(modules.map((module) => [module, readFileSync(join(root, module), 'utf8')]));
  const results = (await mutate(modules)).filter(({ mutatorName }) => !EXCLUDED.includes(mutatorName));
  const survivors = results
    .filter(({ status }) => !KILLED.includes(status))
    .map((result) => survivorFrom(result, sources.get(fileOf(result)) ?? ''));
  const errors = errorsIn(modules, results, survivors);
  for (const error of errors) console.log(`ERROR ${error}`);
  if (errors.length > 0) {
    console.log(
      'Next: write the test that notices. If the change makes no difference, name it in test/mutants/survivors.yml with its reason.',
    );
    return 1;
  }
  console.log(`${results.length} mutants: ${survivors.length} survive, each named with its reason.`);
  return 0;
}

function errorsIn(modules: readonly string[], results: readonly Result[], survivors: readonly Survivor[]): string[] {
  const untouched = modules.filter((module) => !results.some((result) => fileOf(result) === module));
  const named = namedSurvivors().filter(({ file }) => modules.includes(file));
  const { unnamed, gone } = compare(survivors, named);
  return [
    ...untouched.map((module) => `${module} has no mutant: it decides nothing.`),
    ...unnamed.map((survivor) => `No test notices:\n${told(survivor)}`),
    ...gone.map((survivor) => `It no longer survives, or its lines have changed:\n${told(survivor)}`),
  ];
}

function mutate(modules: readonly string[]): Promise<Result[]> {
  return new Stryker({
    mutate: [...modules],
    mutator: { plugins: null, excludedMutations: EXCLUDED },
    testRunner: 'vitest',
    plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
    vitest: {
      configFile: relative(root, fileURLToPath(import.meta.resolve('../test/mutants/vitest.config.ts'))),
      related: true,
    },
    // Each mutant meets only the tests that reach it.
    coverageAnalysis: 'perTest',
    // Stryker reads it with TypeScript's old interface. Ours has no path that leads out of its copy of the project.
    tsconfigFile: 'none',
    reporters: ['progress-append-only'],
    allowConsoleColors: false,
    timeoutMS: 90_000,
    tempDirName: '.mutants',
  }).runMutationTest();
}

function fileOf({ fileName }: Result): string {
  return relative(root, fileName);
}

function survivorFrom(result: Result, source: string): Survivor {
  return survivorOf(fileOf(result), source, { location: result.location, replacement: result.replacement ?? '' });
}

function told({ file, code, mutant }: Survivor): string {
  return `  - file: ${file}\n    code: ${JSON.stringify(code)}\n    mutant: ${JSON.stringify(mutant)}`;
}

process.exitCode = await main(process.argv.slice(2));
