import { partsOf } from '../ground/error-parts.ts';

/**
 * Errors of SageMaker that are expected answers, such as "not found". They are matched by name and message: the API's
 * model declares almost none of them, and "not found" is a ValidationException like every bad request. Any other
 * ValidationException is a real error. The texts are those that users of AWS report; "does not exist" is for model
 * package groups.
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
  'failed already': [['ValidationException', /^Cannot update endpoint .* with status "Failed"/]],
  quota: [['ResourceLimitExceeded', /./]],
  conflict: [['ConflictException', /./]],
} satisfies Record<string, readonly (readonly [string, RegExp])[]>;

/** Whether an error is this expected answer. */
export function isKnownError(news: keyof typeof KNOWN_ERRORS, error: unknown): boolean {
  const { name, message } = partsOf(error);
  return KNOWN_ERRORS[news].some(([code, text]) => code === name && text.test(message || ' '));
}

/** The answer, or `undefined` when SageMaker says that the resource does not exist. Only "not found" is not found. */
export async function unlessNotFound<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isKnownError('not found', error)) return undefined;
    throw error;
  }
}
