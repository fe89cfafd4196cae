import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FinishedJob, JobOptions } from '../components/job.ts';
import { judgeAgainstAws } from './afterwards.ts';
import type { Ended } from './outside.ts';
import type { Row } from './row.ts';
import { optionsFor, type Place } from './stage.ts';

/** Sets the stage, then what goes wrong on it. */
export async function set({ stage, scenes = [], act }: Row, place: Place): Promise<void> {
  stage.set(place);
  for (const scene of scenes) place.emulator.scenario(scene);
  await act?.(place);
}

export function jobOf({ component, stage, job = {} }: Row, place: Place): JobOptions {
  return optionsFor(component, place, stage, typeof job === 'function' ? job(place) : job);
}

/** Whether all is so as the row says, nothing else was written, and AWS holds what the job says. */
export function judge(row: Row, job: FinishedJob, place: Place): void {
  expect({ exit: job.exit, log: job.log }).toEqual({
    exit: row.exit,
    log: expect.stringMatching(pattern(withCode(row))),
  });
  judgeEnd(row, job);
  if (row.record === 'none') expect(job.record, job.log).toBeUndefined();
  else expect(job.record, job.log).toMatchObject(row.record);
  if (row.outputs) expect(job.outputs).toMatchObject(row.outputs);
  if (row.exit !== 0) expect(Object.keys(job.outputs).filter((name) => name !== 'MODEL_FOUND')).toEqual([]);
  expect(counted(job, WRITES), job.log).toEqual(row.writes);
  for (const [operation, times] of Object.entries(row.reads ?? {}))
    expect(
      job.received.filter((call) => call.operation === operation),
      `${operation}\n${job.log}`,
    ).toHaveLength(times);
  for (const file of row.keeps ?? [])
    expect(existsSync(join(place.root, 'sagemaker', row.component, '1', file)), file).toBe(true);
  judgeAgainstAws(row.component, job, place);
}

/** A red job ends with what to do next and has a failed test case; no job shows a stack, nor a text that was never filled in. */
function judgeEnd({ exit, code, missing, next = '' }: Row, { log, junit }: FinishedJob): void {
  expect(log).not.toMatch(/\n\s+at .*:\d+|(?<!received )undefined|\[object/);
  expect(log.includes('ERROR ')).toBe(exit !== 0);
  expect(codesIn(log), 'the row names the code of its message').toEqual(code === undefined ? [] : [code]);
  expect(junit.includes('<failure')).toBe(exit !== 0 || missing !== undefined);
  if (missing !== undefined) expect(junit).toMatch(pattern(`name="${missing}" time="…"><failure `));
  if (exit !== 0) expect(lastLine(log)).toMatch(pattern(`Next: ${next}`));
}

/** Whether a job that no emulator answered ended as the row says. */
export function judgeOutside(row: Pick<Row, 'exit' | 'seen' | 'code' | 'next'>, { exit, log }: Ended): void {
  expect({ exit, log }).toEqual({ exit: row.exit, log: expect.stringMatching(pattern(withCode(row))) });
  expect(codesIn(log)).toContain(row.code);
  expect(lastLine(log)).toMatch(pattern(`Next: ${row.next}`));
}

const lastLine = (log: string) => log.trimEnd().split('\n').at(-1);

/** What is seen, with the code where the log has it. */
function withCode({ seen, code }: Pick<Row, 'seen' | 'code'>): string {
  return seen.replace('ERROR ', `ERROR ${code}: `);
}

const WRITES = /^(Create|Update|Delete|Put|Register|Deregister|AddTags|Start|Stop|InvokeEndpoint)/;

/** The codes of the messages with which the job ended. */
function codesIn(log: string): string[] {
  return [...log.matchAll(/^ERROR (SMC-\d{4}): /gm)].map(([, code = '']) => code);
}

function counted({ calls }: FinishedJob, which: RegExp): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const call of calls.filter((each) => which.test(each))) counts[call] = (counts[call] ?? 0) + 1;
  return counts;
}

/** The text with anything in place of each "…". */
function pattern(text: string): RegExp {
  const literally = (part: string) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(text.split('…').map(literally).join('[\\s\\S]*'));
}
