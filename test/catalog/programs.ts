import { programs, programsOfRoles } from '../../setup/programs.ts';
import { loadTestWorkers, scheduleLoad, sendLoad } from '../../src/components/load-test.ts';
import type { Component } from '../../src/program/component.ts';

export { programs, programsOfRoles };

export type ProgramName = (typeof programsOfRoles)[number]['name'];

/** The component in whose template the job of a program is. */
export function componentOf(name: string): string {
  return name === scheduleLoad.name || name === sendLoad.name ? loadTestWorkers.name : name;
}

/** A program, whatever its inputs and outputs are; none where no program runs in a template's job. */
export function findProgram(name: string): Component | undefined {
  return programsOfRoles.find((program) => program.name === name);
}

export function programNamed(name: ProgramName): Component {
  const program = findProgram(name);
  if (!program) throw new Error(`setup/programs.ts does not list ${name}.`);
  return program;
}
