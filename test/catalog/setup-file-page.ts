import * as z from 'zod/mini';
import { setupFile } from '../../setup/setup-file.ts';
import type { Schema } from './endpoint-file-page.ts';

/** docs/setup-file.schema.json: for editors. */
export function setupFileSchema(): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(setupFile, { io: 'input', unrepresentable: 'any' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'setup.yml of sagemaker-components',
    ...rest,
  };
}
