import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { handConfigFiles } from '../../src/aws/config-files.ts';
import { projectFolder } from '../components/job.ts';

/** What the SDK finds when the variables are these. */
async function found(variables: Readonly<Record<string, string>>) {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'HOME'])
    vi.stubEnv(name, variables[name] ?? '');
  handConfigFiles(variables);
  return loadSharedConfigFiles();
}

describe('the configuration files of AWS', () => {
  it.each([
    ['config', 'configFile', '[profile gov]\nuse_fips_endpoint = true', { gov: { use_fips_endpoint: 'true' } }],
    ['credentials', 'credentialsFile', '[gov]\nregion = us-gov-west-1', { gov: { region: 'us-gov-west-1' } }],
  ] as const)('are read at home: %s', async (name, file, text, settings) => {
    const home = projectFolder();
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', name), text);
    expect((await found({ HOME: home }))[file]).toEqual(settings);
  });

  it('are read where the variables say, and again by each job', async () => {
    const [config, credentials] = [join(projectFolder(), 'config'), join(projectFolder(), 'credentials')];
    const variables = { HOME: '/nowhere', AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    writeFileSync(config, '[default]\nretry_mode = adaptive');
    writeFileSync(credentials, '[default]\nretry_mode = standard');
    expect(await found(variables)).toEqual({
      configFile: { default: { retry_mode: 'adaptive' } },
      credentialsFile: { default: { retry_mode: 'standard' } },
    });
    writeFileSync(config, '[default]\nretry_mode = legacy');
    expect((await found(variables)).configFile).toEqual({ default: { retry_mode: 'legacy' } });
  });

  it.each([
    ['are not there', (home: string) => join(home, 'nothing')],
    ['cannot be read', (home: string) => home],
  ])('that %s give no settings', async (_, at) => {
    const path = at(projectFolder());
    const variables = { HOME: '/nowhere', AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: path };
    expect(await found(variables)).toEqual({ configFile: {}, credentialsFile: {} });
  });
});
