/** What a quality file says of its requests. */
interface Requested {
  readonly request: { readonly content_type: string; readonly batch: number; readonly body?: unknown };
}

/** What a request looks like, by its content type. */
const SHAPES = { csv: /^text\/csv\b/i, lines: /^application\/(x-)?(jsonlines|jsonl|ndjson)\b/i, json: /\bjson\b/i };

export type RequestShape = keyof typeof SHAPES;

/** The shape of a content type; `undefined` where it is none that rows are sent in. */
export function shapeOf(contentType: string): RequestShape | undefined {
  return (['csv', 'lines', 'json'] as const).find((shape) => SHAPES[shape].test(contentType));
}

/** What stands in a template for the rows, and for the only row. */
const PLACES = ['$objects', '$arrays', '$object', '$array'];

/** The body of a JSON request, or of a line of JSON Lines, where the quality file gives none. */
export function templateOf({ request }: Requested): unknown {
  return request.body ?? (shapeOf(request.content_type) === 'lines' ? '$object' : { instances: '$objects' });
}

/** Why a request cannot be made of rows as the file says it; `undefined` when it can. */
export function whyNoRequest({ request }: Requested): string | undefined {
  const shape = shapeOf(request.content_type);
  if (shape === undefined) return 'content_type must be text/csv, JSON or JSON Lines';
  if (shape === 'csv') return request.body === undefined ? undefined : 'body is not for text/csv';
  const used = PLACES.filter((place) => occurs(templateOf({ request }), place));
  if (used.length !== 1) return `body must have one of ${PLACES.join(', ')}`;
  const isOfOne = used.some((place) => !place.endsWith('s'));
  if (shape === 'lines' && !isOfOne) return 'body must have $object or $array: each line is a row';
  if (shape === 'json' && isOfOne && request.batch > 1) return 'body has the place of one row: set batch to 1';
  return undefined;
}

function occurs(template: unknown, place: string): boolean {
  if (typeof template !== 'object' || template === null) return template === place;
  return Object.values(template).some((inner) => occurs(inner, place));
}
