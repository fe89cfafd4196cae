import { readFileSync } from 'node:fs';

/** One shape of a service model, as far as the emulator reads it. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface Member {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
}

interface OperationModel {
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string; readonly resultWrapper?: string };
}

export interface ServiceModel {
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Reads one of the API models in `api/`: AWS's own, cut to the operations that are served. */
function loadModel(name: string): ServiceModel {
  return JSON.parse(readFileSync(new URL(`api/${name}.json`, import.meta.url), 'utf8'));
}

export function shapeOf(model: ServiceModel, name: string): Shape {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`The API model has no shape ${name}: copy it into emulator/api.`);
  return shape;
}

export const models = {
  sagemaker: loadModel('sagemaker'),
  runtime: loadModel('sagemaker-runtime'),
  sts: loadModel('sts'),
  iam: loadModel('iam'),
  logs: loadModel('logs'),
  cloudwatch: loadModel('cloudwatch'),
  s3: loadModel('s3'),
  ecr: loadModel('ecr'),
  autoscaling: loadModel('application-autoscaling'),
};
