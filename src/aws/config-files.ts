import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { externalDataInterceptor, getHomeDir } from '@smithy/core/config';
import type { Env } from '../ground/env.ts';

/**
 * Reads the two configuration files of AWS for the SDK, which looks into them for its settings. It would start threads to do
 * so, and wait for them; most runners have neither file.
 */
export function handConfigFiles({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials }: Env): void {
  const folder = join(getHomeDir(), '.aws');
  for (const path of [config || join(folder, 'config'), credentials || join(folder, 'credentials')])
    externalDataInterceptor.interceptFile(path, textOf(path));
}

/** Empty where the file cannot be read: the SDK, too, takes none of its settings from it then. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
