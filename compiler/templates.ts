import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Mapping, readConfigFile } from './document.ts';
import { readSpec, type Spec } from './spec.ts';

const root = new URL('../', import.meta.url);

/** The catalog's components, by name. */
export const templateNames = readdirSync(new URL('templates/', root))
  .filter((file) => file.endsWith('.yml'))
  .map((file) => file.slice(0, -'.yml'.length));

/** A file of this repository, as a `Catalog` reads it. */
export function readRepository(path: string): string | undefined {
  const file = new URL(path, root);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** What a template declares: description, inputs in order, and the members of `component` that it uses. */
export function specOf(name: string): Spec {
  return readSpec(readConfigFile(readRepository(`templates/${name}.yml`) ?? '').header ?? {});
}

const examples: Mapping = {
  definition_file: 'pipelines/definition.json',
  endpoint_name: 'resale-price-dev',
  execution_role_arn: 'arn:aws:iam::111122223333:role/resale-price-endpoint',
  image: 'python:3.13-slim',
  instance_type: 'ml.m5.large',
  model_package_group_name: 'ResalePriceModelGroup',
  pipeline_name: 'resale-price',
  pipeline_role_arn: 'arn:aws:iam::111122223333:role/resale-price-pipeline',
  rate: '20',
  role_arn: 'arn:aws:iam::111122223333:role/resale-price-plan',
  script: ['pip install sagemaker==2.257.7', 'python render.py'],
};

/** A value for each input without a default, as a project would give it. */
export function requiredInputs(name: string): Mapping {
  const missing = specOf(name).inputs.filter((input) => input.required);
  return Object.fromEntries(missing.map((input) => [input.name, examples[input.name] ?? 'resale-price']));
}
