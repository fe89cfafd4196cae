import { describe, expect, it } from 'vitest';
import { templateNames } from '../../compiler/templates.ts';
import { whyUnreadable } from './template.ts';

describe.each(templateNames)('the component %s', (name) => {
  it('has a template that can be read', () => {
    expect(whyUnreadable(name) ?? '').toBe('');
  });
});
