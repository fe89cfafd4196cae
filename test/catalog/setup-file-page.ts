import * as z from 'zod/mini';
import { setupFile } from '../../setup/setup-file.ts';
import { isSchema, keyRows, type Schema } from './endpoint-file-page.ts';
import { table } from './markdown.ts';

/** docs/setup-file.schema.json: for editors. */
export function setupFileSchema(): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(setupFile, { io: 'input', unrepresentable: 'any' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'setup.yml of sagemaker-components',
    ...rest,
  };
}

/** The table of docs/permissions.md: every key of setup.yml, what it may be and what it means. */
export function keysOfSetupFile(): string {
  const { properties = {} } = setupFileSchema();
  const rows = Object.entries(properties).flatMap(([key, schema]) =>
    isSchema(schema) ? keyRows(key, withOneName(schema)) : [],
  );
  return table(['key', 'value and meaning'], rows);
}

/** A mapping of any names, in which one name stands for all. */
function withOneName(schema: Schema): Schema {
  const { additionalProperties: each, ...rest } = schema;
  return isSchema(each) ? { ...rest, properties: { '<name>': each } } : schema;
}
