import { readFileSync } from 'node:fs';

export const MODELS = ['resale', 'churn'] as const;
export type Model = (typeof MODELS)[number];
export const GROUPS: Readonly<Record<Model, string>> = { resale: 'ResaleModels', churn: 'ChurnModels' };

const example = (path: string) => readFileSync(new URL(`../../examples/resale-price/${path}`, import.meta.url), 'utf8');

/** The example's training and payload, for each of the models. */
export function filesOf(model: Model): Record<string, string> {
  const definition = example('pipeline.json').replaceAll('ResalePriceModelGroup', GROUPS[model]);
  return {
    [`${model}.json`]: definition.replaceAll(/resale[ -]price/g, model),
    [`${model}-payload.json`]: example('payload.json'),
  };
}
