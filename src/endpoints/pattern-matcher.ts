import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { partsOf } from '../ground/error-parts.ts';

/** What the thread runs: it tries one pattern on one text at a time. */
const MATCHING = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ pattern, text }) => parentPort.postMessage(pattern.test(text)));
`;

/**
 * Tries patterns in a thread of their own: a pattern may run for ever, even on a short text, and only the end of its
 * thread ends it. The program itself goes on meanwhile, so that its deadline and SIGTERM hold.
 */
export class PatternMatcher {
  #worker: Worker | undefined;

  /** Whether the pattern matches, found within so many milliseconds; or why nobody knows: "took longer than 0.3 s". */
  async matches(pattern: RegExp, text: string, milliseconds: number): Promise<boolean | string> {
    // Neither the variables of the job nor the options of its Node are for the thread.
    this.#worker ??= new Worker(MATCHING, { eval: true, env: {}, execArgv: [] });
    const limit = AbortSignal.timeout(milliseconds);
    const answered = once(this.#worker, 'message', { signal: limit });
    this.#worker.postMessage({ pattern, text });
    try {
      const [matched] = await answered;
      return matched === true;
    } catch (error) {
      await this.close();
      if (limit.aborted) return `took longer than ${milliseconds / 1000} s`;
      return `could not be tried (${partsOf(error).message})`;
    }
  }

  /** Ends the thread, whatever it does. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}
