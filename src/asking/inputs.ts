import * as z from 'zod/mini';
import { decidingText, dollars, line, optional, replacedText } from '../gitlab/inputs.ts';

/** The content type of what is sent or accepted. */
export const mediaType = line.check(
  z.maxLength(1024, 'must be at most 1024 characters'),
  z.regex(/^[\w.*+-]+\/[\w.*+-]+[ -&(-[\]-~]*$/, 'must be a media type, like application/json'),
);

/** As SageMaker takes it: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
export const customAttributes = z
  .pipe(
    replacedText,
    z.pipe(
      decidingText,
      optional(
        line.check(
          z.maxLength(1024, 'must be at most 1024 characters'),
          z.regex(/^[\x20-\x7e]*$/, 'must have ASCII characters only'),
        ),
      ),
    ),
  )
  .register(dollars, { dollar: 'replaced' });
