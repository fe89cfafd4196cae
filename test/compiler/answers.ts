import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The cases of a file in `cases/`, each with what GitLab's own code answers. */
export function answers<Case extends z.ZodType>(name: string, schema: Case): z.output<Case>[] {
  const text = readFileSync(new URL(`cases/${name}.jsonl`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return z.array(schema).parse(lines.map((line): unknown => JSON.parse(line)));
}
