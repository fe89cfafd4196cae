import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Component } from '../../src/program/component.ts';
import { fileOf } from '../catalog/places.ts';
import { programNamed, programs } from '../catalog/programs.ts';
import { tell } from '../catalog/tell.ts';
import { jobOf, set } from '../failures/judging.ts';
import { ROWS } from '../failures/rows.ts';
import { setStage, start } from '../interruption/killing.ts';
import { scenes } from '../interruption/scenes.ts';
import { emulated, projectFolder, startJob } from './job.ts';
import { Reading, watched } from './watched.ts';

type Program = Pick<Component, 'name' | 'inputs'>;

const unreadBy = ({ inputs }: Program, { read }: Reading) =>
  Object.keys(inputs.shape).filter((input) => !read.has(input));

/** Plays a program's scenes, then its rows, until it has read every input or there is nothing left to play. */
async function play(program: Component): Promise<Reading> {
  const reading = new Reading();
  const component = watched(program, reading);
  const isDone = () => unreadBy(program, reading).length === 0;
  for (const scene of scenes) {
    if (scene.component.name !== program.name || isDone()) continue;
    await start(await setStage({ ...scene, component }));
  }
  for (const row of ROWS) {
    if (row.component !== program.name || isDone()) continue;
    const place = { emulator: await emulated(), root: projectFolder() };
    await set(row, place);
    await startJob(component, jobOf(row, place));
  }
  return reading;
}

/** What is wrong with how a program takes its inputs. */
function complaints(program: Program, reading: Reading): string[] {
  const file = `src/components/${fileOf(program.name)}.ts`;
  if (reading.copied)
    return [`${program.name} copies its inputs as a whole, so nobody can see which it reads: name each in ${file}.`];
  return unreadBy(program, reading).map(
    (input) =>
      `${program.name} never reads ${input}: use it in run() of ${file}, or remove it there and in templates/${program.name}.yml.`,
  );
}

/** What can be played; complete.test.ts tells of a program without scenes or rows. */
const playable = programs
  .map(({ name }) => name)
  .filter(
    (name) =>
      scenes.some(({ component }) => component.name === name) || ROWS.some(({ component }) => component === name),
  );

describe.each(playable)('%s', (name) => {
  it('reads every input that it takes', async () => {
    const program = programNamed(name);
    tell(complaints(program, await play(program)));
  });
});

describe('an input', () => {
  const program = { name: 'check-model', inputs: z.object({ asked: z.string(), idle: z.string() }) };
  const given = { asked: 'a', idle: 'b' };

  it('that nobody reads is told, with the program and both files', () => {
    const reading = new Reading();
    expect(reading.watch(given).asked).toBe('a');
    expect(complaints(program, reading)).toEqual([
      'check-model never reads idle: use it in run() of src/components/check-model.ts, or remove it there and in templates/check-model.yml.',
    ]);
  });

  it.each([
    ['a copy', (inputs: typeof given) => ({ ...inputs })],
    ['the rest of a pattern', ({ asked, ...rest }: typeof given) => [asked, rest]],
    ['a list of all', (inputs: typeof given) => Object.entries(inputs)],
    ['a text of all', (inputs: typeof given) => JSON.stringify(inputs)],
  ])('does not count as read by %s', (_, take) => {
    const reading = new Reading();
    take(reading.watch(given));
    expect(complaints(program, reading)).toEqual([
      'check-model copies its inputs as a whole, so nobody can see which it reads: name each in src/components/check-model.ts.',
    ]);
  });
});
