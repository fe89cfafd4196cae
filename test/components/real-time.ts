import { spawnSync } from 'node:child_process';

/** The program of util-linux that lets another go before all that the machine does besides, and its words. */
const FIRST = ['chrt', '--fifo', '1'];

/**
 * What stands before a command that has to have a processor as soon as it wants one, so that what it measures is not what else this
 * machine does; nothing where that is not there, or not allowed.
 */
export function undisturbed(): readonly string[] {
  const [program = '', ...words] = FIRST;
  return spawnSync(program, [...words, 'true']).status === 0 ? FIRST : [];
}
