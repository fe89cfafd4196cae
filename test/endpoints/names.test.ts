import { describe, expect, it } from 'vitest';
import { contentName, MAX_CONFIG_NAME } from '../../src/endpoints/names.ts';

const content = { model: 'm', instances: 1 };
const named = (prefix: string, environment: string, version = 3, what: object = content, longest = 63) =>
  contentName({ prefix, environment, version }, what, longest);

describe('the names of models and endpoint configs', () => {
  it('say prefix, environment and version, and end with a hash of the content', () => {
    expect(named('resale-price', 'dev')).toMatch(/^resale-price-dev-v3-[0-9a-f]{10}$/);
  });

  it('say the environment once where the prefix ends with it', () => {
    expect(named('resale-price-dev', 'dev')).toMatch(/^resale-price-dev-v3-/);
    expect(named('resale-price-dev', 'uat')).toMatch(/^resale-price-dev-uat-v3-/);
    expect(named('unabridgeddev', 'dev')).toMatch(/^unabridgeddev-dev-v3-/);
  });

  it('are lower case, with hyphens for what SageMaker does not allow', () => {
    expect(named('Resale-Price', 'dev/Churn_model.1')).toMatch(/^resale-price-dev-churn-model-1-v3-/);
  });

  it.each([
    ['a long prefix', 'p'.repeat(63), 'dev'],
    ['a long environment', 'resale-price', 'e'.repeat(118)],
    ['a cut at a hyphen', `${'p'.repeat(45)}-${'q'.repeat(18)}`, 'dev'],
    ['a long version', 'p'.repeat(63), 'dev', 999_999_999],
  ])('%s: they fit, are well formed and keep version and hash', (_, prefix, environment, version = 3) => {
    const name = named(prefix, environment, version, content, MAX_CONFIG_NAME);
    expect(name.length).toBeLessThanOrEqual(60);
    expect(name).toMatch(/^[a-z0-9](-*[a-z0-9])*$/);
    expect(name).toMatch(new RegExp(`[a-z0-9]-v${version}-[0-9a-f]{10}$`));
  });

  it('are the same for the same content in any order, and others for another', () => {
    expect(named('a', 'dev', 1, { x: 1, y: 2 })).toBe(named('a', 'dev', 1, { y: 2, x: 1 }));
    expect(named('a', 'dev', 1, { x: 1 })).not.toBe(named('a', 'dev', 1, { x: 2 }));
  });
});
