import * as z from 'zod/mini';
import { assignments } from './inputs.ts';

/** The beginning of the keys that these components write. */
export const OURS = 'sagemaker-components:';

/** A project's own tags: within SageMaker's limits, with room for ours, and none of ours or AWS's. */
export const ownTags = assignments.check(
  z.refine((pairs) => pairs.size <= 40, 'must have at most 40 tags'),
  z.refine((pairs) => [...pairs].every(([key, value]) => isTag(key, 128) && isTag(value, 256)), {
    error: 'must have keys of at most 128 and values of at most 256 letters, digits, spaces and _ . : / = + - @',
  }),
  z.refine((pairs) => [...pairs.keys()].every((key) => !isReserved(key.toLowerCase())), {
    error: `must not have keys that start with "aws:" or "${OURS}"`,
  }),
);

function isTag(text: string, longest: number): boolean {
  return text.length <= longest && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

const isReserved = (key: string) => key.startsWith('aws:') || key.startsWith(OURS);
