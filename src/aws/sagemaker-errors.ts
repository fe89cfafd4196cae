import { partsOf } from '../ground/error-parts.ts';

/**
 * SageMaker's answers that are no trouble but news, matched by name and message: its model declares almost none of them, and
 * "not found" is a ValidationException like every bad request. Any other ValidationException is a real error.
 * Texts as users of AWS report them; "does not exist" is the one of model package groups.
 */
const KNOWN_ERRORS = {
  'not found': [
    ['ValidationException', /^Could not find (?!model data)|^Requested resource not found|does not exist\b/i],
    ['ResourceNotFound', /./],
    ['ResourceNotFoundException', /./],
  ],
  'already exists': [
    ['ValidationException', /^Cannot create already existing|already exist/i],
    ['ResourceInUse', /./],
  ],
  'update in progress': [['ValidationException', /^Cannot update in-progress|in-progress/i]],
  quota: [['ResourceLimitExceeded', /./]],
  conflict: [['ConflictException', /./]],
} satisfies Record<string, readonly (readonly [string, RegExp])[]>;

/** Whether an error is this piece of news. */
export function isKnownError(news: keyof typeof KNOWN_ERRORS, error: unknown): boolean {
  const { name, message } = partsOf(error);
  return KNOWN_ERRORS[news].some(([code, text]) => code === name && text.test(message || ' '));
}

/** The answer, or `undefined` when SageMaker says that there is no such thing. Only "not found" is not found. */
export async function unlessNotFound<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isKnownError('not found', error)) return undefined;
    throw error;
  }
}
