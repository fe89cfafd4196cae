import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { WordsMistake } from '../options.ts';
import type { Terminal } from './command.ts';

/** The terminal of this process; nobody can be asked where stdin is none. */
export function terminalOfProcess(): Terminal & { close(): void } {
  const print = (line: string) => console.log(line);
  if (!stdin.isTTY) return { print, close: () => undefined };
  const lines = createInterface({ input: stdin, output: stdout });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  return {
    print,
    close: () => lines.close(),
    async ask(question) {
      try {
        return await lines.question(question, { signal: ended.signal });
      } catch (error) {
        throw new WordsMistake('The questions were not answered. Nothing was written.', { cause: error });
      }
    },
  };
}
