import { assignments, tells } from './inputs.ts';

/** The beginning of the keys that these components write. */
export const OURS = 'sagemaker-components:';

/** What is wrong with a project's own tags: within SageMaker's limits, with room for ours, and none of ours or AWS's. */
export function tagProblems(pairs: ReadonlyMap<string, string>): string[] {
  const each = [...pairs];
  return [
    ...(pairs.size > 40 ? ['must have at most 40 tags'] : []),
    ...(each.every(([key, value]) => isTag(key, 128) && isTag(value, 256))
      ? []
      : ['must have keys of at most 128 and values of at most 256 letters, digits, spaces and _ . : / = + - @']),
    ...(each.some(([key]) => isReserved(key.toLowerCase()))
      ? [`must not have keys that start with "aws:" or "${OURS}"`]
      : []),
  ];
}

export const ownTags = assignments.check(tells(tagProblems));

function isTag(text: string, longest: number): boolean {
  return text.length <= longest && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

const isReserved = (key: string) => key.startsWith('aws:') || key.startsWith(OURS);
