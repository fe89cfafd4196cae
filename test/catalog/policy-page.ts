import { policySections } from '../../src/policy/sections.ts';
import { isSchema, keyRows, keysOf, type Schema, sectionedSchema } from './endpoint-file-page.ts';
import { table } from './markdown.ts';

/** docs/policy.schema.json: for editors. */
export function policySchema(): Schema {
  return sectionedSchema('Policy of sagemaker-components', policySections);
}

/** The table of docs/who-may-approve.md: every key of a policy, what it may be and what it means. */
export function keysOfPolicy(): string {
  const rows = Object.entries(keysOf(policySections)).flatMap(([key, schema]) => keyRows(key, withOneName(schema)));
  return table(['key', 'value and meaning'], rows);
}

/** A mapping of any names, in which one name stands for all. */
function withOneName(schema: Schema): Schema {
  const { additionalProperties: each, properties, ...rest } = schema;
  return properties === undefined && isSchema(each) ? { ...rest, properties: { '<name>': each } } : schema;
}
