import { isMapping, type Mapping } from './document.ts';
import { applyFunctions, type Variables } from './functions.ts';
import { PipelineError } from './problem.ts';
import { rubySubstitute, rubyText } from './ruby.ts';

/** What a block may name: `inputs.<name>`, and the members of `component` that the header declares. */
export interface InterpolationContext {
  readonly inputs: Mapping;
  readonly component: Mapping;
  readonly variables: Variables;
}

const block = /\$\[\[\s*(\S.*?\S)\s*\]\]/g;
const longestAccess = 1024;
const longestText = 1024 * 1024;
const mostFunctions = 3;

/** One pass over all keys and values. A block that is the whole scalar keeps its value's type, quoted in YAML or not. */
function interpolate(node: unknown, context: InterpolationContext): unknown {
  if (typeof node === 'string') return interpolateText(node, context);
  if (Array.isArray(node)) return node.flatMap((item) => interpolateItem(item, context));
  return isMapping(node) ? interpolateMapping(node, context) : node;
}

/** A list that takes the place of an item is spliced into the list around it; a list that was written there stays one item. */
function interpolateItem(item: unknown, context: InterpolationContext): unknown {
  const value = interpolate(item, context);
  return typeof item === 'string' && Array.isArray(value) ? value : [value];
}

export function interpolateMapping(mapping: Mapping, context: InterpolationContext): Mapping {
  return Object.fromEntries(
    Object.entries(mapping).map(([key, value]) => [
      rubyText(interpolateText(key, context)),
      interpolate(value, context),
    ]),
  );
}

function interpolateText(text: string, context: InterpolationContext): unknown {
  if (Buffer.byteLength(text) > longestText) throw new PipelineError('config node too large');
  const blocks = [...text.matchAll(block)].map(([written, expression = '']) => ({
    written,
    value: evaluate(written, expression, context),
  }));
  const [first] = blocks;
  if (!first) return text;
  if (blocks.length === 1 && first.written === text) return first.value;
  return blocks.reduce((sofar, { written, value }) => rubySubstitute(sofar, written, rubyText(value)), text);
}

function evaluate(written: string, expression: string, context: InterpolationContext): unknown {
  // A bar with nothing behind it is no function.
  const [access = '', ...calls] = expression
    .replace(/\|+$/, '')
    .split('|')
    .map((part) => part.trim());
  // Matrix expressions are resolved later, when GitLab expands `parallel:matrix`.
  if (access.split('.')[0] === 'matrix') return written;
  const value = lookUp(access, { inputs: context.inputs, component: context.component });
  if (calls.length > mostFunctions) throw new PipelineError('too many functions in interpolation block');
  return applyFunctions(calls, value, context.variables);
}

function lookUp(access: string, context: Mapping): unknown {
  const steps = access.split('.');
  if (steps.length < 2) {
    throw new PipelineError('invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]');
  }
  if (Buffer.byteLength(access) > longestAccess) {
    throw new PipelineError('maximum interpolation expression size exceeded');
  }
  return steps.reduce<unknown>((value, step) => {
    if (!isMapping(value) || !Object.hasOwn(value, step)) {
      throw new PipelineError(`unknown interpolation provided: \`${step}\` in \`${access}\``);
    }
    return value[step];
  }, context);
}
