import { credentialScope } from './credential-scope.ts';
import type { Asked, Reply, Request } from './exchange.ts';
import { models, type ServiceModel, shapeOf } from './model.ts';
import type { Answer } from './runtime.ts';
import { askedOfS3 } from './s3-protocol.ts';
import { elements, xml } from './xml.ts';

const JSON_TARGETS: Readonly<Record<string, 'sagemaker' | 'logs' | 'cloudwatch' | 'autoscaling' | 'ecr'>> = {
  SageMaker: 'sagemaker',
  Logs_20140328: 'logs',
  GraniteServiceVersion20100801: 'cloudwatch',
  AnyScaleFrontendService: 'autoscaling',
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
};

/** All services share one port: the request itself says whose it is. Undefined: nobody's. */
export function asked(request: Request): Asked | undefined {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return askedByJson(target, request);
  const [, endpoint, way] = /^\/endpoints\/([^/]+)\/((?:async-)?invocations)$/.exec(request.path) ?? [];
  if (endpoint !== undefined)
    return askedOfRuntime(
      {
        endpoint: decodeURIComponent(endpoint),
        operation: way === 'invocations' ? 'InvokeEndpoint' : 'InvokeEndpointAsync',
      },
      request,
    );
  if (credentialScope(request.headers)?.service === 's3') return askedOfS3(request);
  const form = new URLSearchParams(request.body.toString());
  const action = form.get('Action');
  return action ? askedByQuery(action, form) : undefined;
}

function askedByJson(target: string, { body }: Request): Asked | undefined {
  const [prefix = '', operation = ''] = target.split('.');
  const service = JSON_TARGETS[prefix];
  if (!service) return undefined;
  return {
    service,
    operation,
    model: models[service],
    input: body.length > 0 ? parsed(body.toString()) : {},
    answer: (members) => json(200, members),
    refuse: ({ code, message, status, members }) =>
      json(status, { __type: code, message, Message: message, ...members }),
  };
}

/** What cannot be read is refused as a request that is no structure. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

function askedOfRuntime(
  { endpoint, operation }: { endpoint: string; operation: 'InvokeEndpoint' | 'InvokeEndpointAsync' },
  { headers, body }: Request,
): Asked {
  const input: Record<string, unknown> = { EndpointName: endpoint };
  // An asynchronous invocation may have no body at all.
  if (operation === 'InvokeEndpoint' || body.length > 0) input.Body = body;
  const members = shapeOf(models.runtime, `${operation}Input`).members ?? {};
  for (const [name, { location, locationName, shape }] of Object.entries(members)) {
    const value = headers[(locationName ?? name).toLowerCase()];
    if (location !== 'header' || typeof value !== 'string') continue;
    input[name] = shapeOf(models.runtime, shape).type === 'integer' ? Number(value) : value;
  }
  return {
    service: 'runtime',
    operation,
    model: models.runtime,
    input,
    answer: (answer) => {
      const { status, headers: sent, body: text } = answer as Answer;
      return { status, headers: sent, body: text };
    },
    refuse: ({ code, message, status, members: more }) => ({
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
      body: JSON.stringify({ message, Message: message, ...more }),
    }),
  };
}

const NAMESPACES = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
} as const;

function askedByQuery(action: string, form: URLSearchParams): Asked {
  const service = action in models.iam.operations ? 'iam' : 'sts';
  const model = models[service];
  const namespace = NAMESPACES[service];
  const wrapper = model.operations[action]?.output?.resultWrapper ?? `${action}Result`;
  return {
    service,
    operation: action,
    model,
    input: formInput(model, action, form),
    answer: (members) =>
      xml(
        200,
        `<${action}Response xmlns="${namespace}"><${wrapper}>${elements(members)}</${wrapper}></${action}Response>`,
      ),
    refuse: ({ code, message, status: told }) => {
      const [Code, status] = code === 'AccessDeniedException' ? ['AccessDenied', 403] : [code, told];
      const error = elements({ Type: status < 500 ? 'Sender' : 'Receiver', Code, Message: message });
      return xml(status, `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error></ErrorResponse>`);
    },
  };
}

/** The form's fields as the model types them; what the model does not know is left out. */
function formInput(model: ServiceModel, action: string, form: URLSearchParams): unknown {
  const fields: Fields = new Map();
  for (const [name, value] of form) put(fields, name.split('.'), value);
  const shape = model.operations[action]?.input?.shape;
  return shape === undefined ? {} : typed(model, shape, fields);
}

/** `PolicyArns.member.1.arn` is a way through nested maps. */
type Fields = Map<string, Fields | string>;

function put(fields: Fields, [name = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    fields.set(name, value);
    return;
  }
  const known = fields.get(name);
  const inner: Fields = known instanceof Map ? known : new Map();
  fields.set(name, inner);
  put(inner, rest, value);
}

function typed(model: ServiceModel, name: string, field: Fields | string): unknown {
  const shape = shapeOf(model, name);
  if (typeof field === 'string') return shape.type === 'integer' ? Number(field) : field;
  const items = field.get('member');
  if (shape.type === 'list')
    return items instanceof Map ? [...items.values()].map((one) => typed(model, shape.member?.shape ?? '', one)) : [];
  const known = [...field].flatMap(([key, one]) => {
    const member = shape.members?.[key];
    return member ? [[key, typed(model, member.shape, one)]] : [];
  });
  return Object.fromEntries(known);
}
