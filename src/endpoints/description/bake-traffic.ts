import * as z from 'zod/mini';
import { mapping, text, whole } from '../../files/schema.ts';
import { DECIDING_PATH } from '../../gitlab/inputs.ts';

const MEDIA_TYPE = /^[\w.*+-]+\/[\w.*+-]+[\x20-\x7e]{0,900}$/;
const MEDIA_TYPE_MEANING = 'must be a media type, like application/json';

/** The section `bake_traffic` of a strategy: what the job itself sends to the endpoint while the new fleet bakes. */
export const bakeTraffic = mapping({
  payload_file: text(
    DECIDING_PATH,
    'must be a path in the project, of at most 255 letters, digits, and the signs _ . / -',
  ).check(z.describe('The file in the repository that is sent: a test request that any good version answers.')),
  content_type: z._default(
    text(MEDIA_TYPE, MEDIA_TYPE_MEANING).check(z.describe('The media type of the payload.')),
    'application/json',
  ),
  accept: z.optional(
    text(MEDIA_TYPE, MEDIA_TYPE_MEANING).check(z.describe('The media types in which the model may answer.')),
  ),
  custom_attributes: z.optional(
    text(/^[\x20-\x7e]{1,1024}$/, 'must be a text of at most 1024 ASCII characters').check(
      z.describe('Custom attributes of the request, for the container.'),
    ),
  ),
  requests_per_minute: z._default(
    whole(1, 600).check(z.describe('How many requests are sent in a minute at most. When AWS throttles, fewer.')),
    60,
  ),
}).check(z.describe('Requests that deploy-model sends itself while the new fleet bakes: copies of one payload.'));

export type BakeTraffic = z.output<typeof bakeTraffic>;
