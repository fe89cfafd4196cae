import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { type Answers, isComplete, QUESTIONS, type Question, wrongWith } from './answers.ts';

/** Where a person reads and types. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** An address copied from a browser ends with a slash. */
function tidied({ name }: Question, said: string): string {
  return name === 'gitlab' ? said.replace(/\/+$/, '') : said;
}

/** Asks what the options did not say, each until the answer is right; nothing when the person goes away. */
export async function askFor(
  { input, output }: Terminal,
  given: Partial<Answers>,
  proposed: Partial<Answers>,
): Promise<Answers | undefined> {
  output.write('Nothing is written. Enter takes what stands in brackets.\n');
  const lines = createInterface({ input, output });
  const gone = new AbortController();
  lines.once('close', () => gone.abort());
  const answers: Partial<Record<keyof Answers, string>> = { ...given };
  try {
    for (const question of QUESTIONS) {
      const proposal = proposed[question.name];
      const asks = `${question.asks}${proposal === undefined ? '' : ` [${proposal}]`}: `;
      while (answers[question.name] === undefined) {
        const said = (await lines.question(asks, { signal: gone.signal })).trim();
        const answer = tidied(question, said) || (proposal ?? '');
        const wrong = wrongWith(question, answer);
        if (wrong === undefined) answers[question.name] = answer;
        else output.write(`${wrong}\n`);
      }
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    return undefined;
  } finally {
    lines.close();
  }
  return isComplete(answers) ? answers : undefined;
}
