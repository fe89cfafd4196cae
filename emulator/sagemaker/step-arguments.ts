import { models, type Shape, shapeOf } from '../model.ts';
import { arrayIn, type Json, knowOnly, objectIn, unparsable } from './definition-parts.ts';
import { expressionOf } from './expressions.ts';

/** Refuses arguments that the API's shape has no room for, as SageMaker does before anything runs. */
export function checkArguments(name: string, value: unknown, refused: readonly string[] = []): void {
  // What an expression stands for is known only in an execution.
  if (expressionOf(value)) return;
  const shape = shapeOf(models.sagemaker, name);
  if (shape.type === 'structure') checkMembers(shape, objectIn(value), refused);
  if (shape.type === 'list') for (const one of arrayIn(value)) checkArguments(shape.member?.shape ?? '', one);
  if (shape.type === 'map') {
    for (const one of Object.values(objectIn(value))) checkArguments(shape.value?.shape ?? '', one);
  }
  if (shape.enum && typeof value === 'string' && !shape.enum.includes(value)) {
    const values = shape.enum.join(', ');
    throw unparsable(
      `Model Validation failed: Value '${value}' for '${name}' failed to satisfy enum value set: [${values}]`,
    );
  }
}

function checkMembers({ members = {} }: Shape, value: Json, refused: readonly string[]): void {
  knowOnly(
    'Argument',
    value,
    Object.keys(members).filter((member) => !refused.includes(member)),
  );
  for (const [member, one] of Object.entries(value)) checkArguments(members[member]?.shape ?? '', one);
}
