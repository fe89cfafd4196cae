import { Ajv, type ErrorObject } from 'ajv';
import ciSchema from './ci-schema.json' with { type: 'json' };
import type { Mapping } from './document.ts';

// Formats are off: GitLab accepts a variable where its schema says URI.
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(ciSchema);

/** What GitLab's own editor schema says against a compiled configuration, one line for each place. */
export function schemaErrors(config: Mapping): string[] {
  if (validate(config)) return [];
  const problems = (validate.errors ?? []).filter(({ keyword }) => !summaries.includes(keyword));
  const places = Map.groupBy(problems, ({ instancePath }) => instancePath);
  return [...places]
    .filter(([place]) => ![...places.keys()].some((other) => other.startsWith(`${place}/`)))
    .map(([place, errors]) => `${readable(place)}: ${describe(errors)}`);
}

const summaries = ['anyOf', 'oneOf', 'if'];

/** Among the alternatives that a place may match, a wrong type says least: it is told only when nothing else is. */
function describe(errors: readonly ErrorObject[]): string {
  const specific = errors.filter(({ keyword }) => keyword !== 'type');
  return [...new Set((specific.length > 0 ? specific : errors).map(wording))].join(', or ');
}

function wording({ keyword, params, message = 'is not valid' }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `has an unknown key '${String(params.additionalProperty)}'`;
  if (keyword === 'enum') return `must be one of ${String(params.allowedValues)}`;
  return message;
}

function readable(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  return steps
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`))
    .join('');
}
