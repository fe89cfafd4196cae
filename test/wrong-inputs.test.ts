import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { Component } from '../src/program/component.ts';
import { sharedInputs } from '../src/program/shared-inputs.ts';
import { compileComponent, received } from './catalog/compiled.ts';
import { programs } from './catalog/programs.ts';
import { tell } from './catalog/tell.ts';
import { dollarIn, readTemplate, templates } from './catalog/template.ts';
import { excluded, wrongValues } from './catalog/wrong-values.ts';
import { whyNotStarted } from './components/example.ts';
import { projectFolder, startJob } from './components/job.ts';

/** One that cannot be started fails in complete.test.ts, once. */
const components: readonly Component[] = programs.filter(({ name }) => whyNotStarted(name) === undefined);

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
beforeEach(() => {
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
});
afterAll(() => emulator.close());

describe.each(components.map((program) => [program.name, program] as const))('%s', (name, program) => {
  const right = rightInputs(program);
  const template = readTemplate(name);
  const inputs = [...template.inputs, ...template.jobInputs].filter((input) => right[input.name] !== undefined);
  const cases = inputs.flatMap((input) => wrongValues(input).map((value) => [input.name, value] as const));

  it('finds nothing wrong with right inputs', async () => {
    const { log } = await start(program, right);
    expect(log).not.toMatch(/Invalid input|inputs are invalid/);
  });

  it('has a wrong value for every input that can be wrong', () => {
    const tried = new Set(cases.map(([input]) => input));
    const untried = Object.keys(right).filter((input) => !tried.has(input));
    const todo = 'add one to MEANINGLESS';
    tell(untried.map((input) => `test/catalog/wrong-values.ts has no wrong value of ${input} (${name}): ${todo}.`));
  });

  it.each(cases)('refuses %s: %j before it reaches AWS, and says what would be right', async (input, value) => {
    const { exit, log, received: calls } = await start(program, { ...right, [input]: value });
    expect(log).toContain('ERROR SMC-1001: Invalid input:');
    expect(log).toContain(toldOf(input, value));
    expect(log.split('\n').at(-1)).toMatch(/^Next: correct it under "inputs:"/);
    expect(exit).toBe(64);
    expect(calls).toEqual([]);
  });

  const expanded = Object.keys(right).filter((input) => dollarIn(template, input) === 'expanded');
  it.each(expanded)('names the variable that %s waits for, when it is not visible in the job', async (input) => {
    const { exit, log, received: calls } = await start(program, { ...right, [input]: '$NOT_DEFINED' });
    expect(log).toContain(`\n  ${input}: received "$NOT_DEFINED", but no CI/CD variable NOT_DEFINED is visible`);
    expect(exit).toBe(64);
    expect(calls).toEqual([]);
  });

  it('tells all that is wrong in one run', async () => {
    const wrong = Object.fromEntries(cases.toReversed());
    const { exit, log, received: calls } = await start(program, { ...right, ...wrong });
    for (const [input, value] of Object.entries(wrong)) expect(log).toContain(toldOf(input, value));
    expect(log).toContain(`ERROR SMC-1001: ${Object.keys(wrong).length} inputs are invalid:`);
    expect(exit).toBe(64);
    expect(calls).toEqual([]);
  });

  it('tells every input of its own that does not arrive', async () => {
    const own = Object.keys(program.inputs.shape);
    const { exit, log } = await start(program, Object.fromEntries(own.map((input) => [input, undefined])));
    for (const input of own) expect(log).toMatch(new RegExp(`^ {2}${input}: is missing`, 'm'));
    expect(exit).toBe(64);
  });
});

describe.each(templates)('a pipeline that includes $name', ({ name, inputs }) => {
  const cases = inputs.flatMap((input) => excluded(input).map((value) => [input.name, value] as const));

  it.each(cases)('is not created with %s: %j', (input, value) => {
    expect(() => compileComponent(name, { [input]: value })).toThrow(
      new RegExp(`\`${input}\` input: .*(is not an? |not in the list|does not match)`),
    );
  });

  it.each(inputs.filter(({ required }) => required).map((input) => [input.name]))(
    'is not created without %s',
    (input) => {
      expect(() => compileComponent(name, { [input]: null })).toThrow(
        `\`${input}\` input: required value has not been provided`,
      );
    },
  );

  it('is not created with an input that the template does not know', () => {
    expect(() => compileComponent(name, { modle: 'ResalePriceModelGroup' })).toThrow('unknown input arguments: modle');
  });
});

/** What the program takes from its template: every input that reaches it, with a value that is right. */
function rightInputs({ name, inputs }: Component): Readonly<Record<string, string>> {
  const taken = { ...sharedInputs.shape, ...inputs.shape };
  const { env, words } = received(name);
  const variables = Object.entries(env).filter(([variable]) => variable.startsWith('INPUT_'));
  const safetyInputs = words.slice(1).map((word) => word.slice('--'.length).split(/=(.*)/s));
  const passed = [
    ...variables.map(([variable, value]) => [variable.slice('INPUT_'.length).toLowerCase(), value] as const),
    ...safetyInputs.map(([option = '', value = '']) => [option.replaceAll('-', '_'), value] as const),
  ];
  return Object.fromEntries(passed.filter(([input]) => input in taken));
}

/** Runs the program; inputs that are not among these are right. */
async function start(program: Component, inputs: Readonly<Record<string, string | undefined>>) {
  return startJob(program, { emulator, root: projectFolder(), inputs });
}

/** The log indents what follows a line break. */
function toldOf(input: string, value: string): string {
  return `\n  ${input}: received "${value.replaceAll('\n', '\n  ')}"; `;
}
