import { expect, it } from 'vitest';
import { Machines } from '../../emulator/machines.ts';

const QUIET = { seed: 7, differ: 0.05, waver: 0, stalls: { share: 0, milliseconds: 0 } };

it('takes as long on every machine while nothing is said of them', () => {
  expect(new Machines().timeOn('a', 1, 40)).toBe(40);
});

it('gives each machine a speed that it keeps, and that differs by what is said', () => {
  const machines = new Machines();
  machines.habits = QUIET;
  expect(machines.timeOn('a', 1, 40)).toBe(machines.timeOn('a', 2, 40));
  const logs = Array.from({ length: 2000 }, (_, index) => Math.log(machines.timeOn(`machine ${index}`, 1, 1)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
  expect(Math.abs(mean)).toBeLessThan(0.005);
  expect(Math.abs(deviation - 0.05)).toBeLessThan(0.004);
  machines.habits = { ...QUIET, seed: 8 };
  expect(Math.log(machines.timeOn('machine 0', 1, 1))).not.toBe(logs[0]);
});

it('holds up the share of requests that is said, and no others', () => {
  const machines = new Machines();
  machines.habits = { ...QUIET, differ: 0, stalls: { share: 0.05, milliseconds: 1000 } };
  const times = Array.from({ length: 2000 }, (_, request) => machines.timeOn('a', request, 40));
  expect(new Set(times)).toEqual(new Set([40, 1040]));
  expect(Math.abs(times.filter((time) => time === 1040).length / 2000 - 0.05)).toBeLessThan(0.015);
});
