import { once } from 'node:events';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { partsOf } from '../ground/error-parts.ts';

/** What the thread runs: it tries one pattern on one text at a time. */
const MATCHING = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ pattern, text }) => parentPort.postMessage(pattern.test(text)));
`;

/** Milliseconds for which a pattern is tried at once: hardly one needs more, and to start a thread takes longer. */
const AT_ONCE = 20;

/**
 * Tries patterns, those that take long in a thread of their own: a pattern may run for ever, even on a short text, and
 * only the end of its thread ends it. The program itself goes on meanwhile, so that its deadline and SIGTERM hold.
 */
export class PatternMatcher {
  #worker: Worker | undefined;

  /** Whether the pattern matches, found within so many milliseconds; or why nobody knows: "took longer than 0.3 s". */
  async matches(pattern: RegExp, text: string, milliseconds: number): Promise<boolean | string> {
    const atOnce = matchAtOnce(pattern, text, milliseconds);
    if (atOnce !== undefined) return atOnce;
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

/** `undefined` when the pattern takes too long, or cannot be tried: the thread tells which. */
function matchAtOnce({ source, flags }: RegExp, text: string, milliseconds: number): boolean | undefined {
  // A copy: a pattern with the flag g would remember where it ended.
  const pattern = new RegExp(source, flags);
  try {
    return (
      runInNewContext('pattern.test(text)', { pattern, text }, { timeout: Math.min(AT_ONCE, milliseconds) }) === true
    );
  } catch {
    return undefined;
  }
}
