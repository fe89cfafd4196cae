import type { Metrics } from './cloudwatch/metrics.ts';
import {
  fails,
  type Invoked,
  type Runtime,
  type ServingEndpoint,
  type ServingVariant,
  USUAL_LATENCY,
} from './runtime.ts';

const NAMESPACE = 'AWS/SageMaker';
const MINUTE = 60_000;

/** The requests of other people: as many a minute as are set, shared out among the fleets that serve. */
export class Traffic {
  /** Endpoint name -> requests a minute. */
  readonly perMinute = new Map<string, number>();
  readonly #runtime: Runtime;
  readonly #metrics: Metrics;
  readonly #sent = new Map<string, number>();

  constructor(runtime: Runtime, metrics: Metrics) {
    this.#runtime = runtime;
    this.#metrics = metrics;
  }

  /** A minute of an endpoint that ends now. */
  pass(endpoint: ServingEndpoint, at: Date): void {
    const requests = this.perMinute.get(endpoint.name) ?? 0;
    const total = endpoint.variants.reduce((sum, { weight }) => sum + weight, 0);
    if (requests === 0 || total === 0) return;
    const during = new Date(at.getTime() - MINUTE);
    for (const { next, ...variant } of endpoint.variants) {
      const share = requests * (variant.weight / total);
      const toNext = Math.round(share * (next?.share ?? 0));
      this.#ask(endpoint, variant, { requests: Math.round(share) - toNext, at: during });
      if (next) this.#ask(endpoint, next, { requests: toNext, at: during });
    }
  }

  #ask(endpoint: ServingEndpoint, fleet: ServingVariant, { requests, at }: { requests: number; at: Date }): void {
    const behaviour = this.#runtime.behaviourOf(fleet.model, endpoint.name);
    const sent = this.#sent.get(fleet.config) ?? 0;
    this.#sent.set(fleet.config, sent + requests);
    const failed = Array.from({ length: requests }, (_, index) => fails(behaviour, sent + index + 1)).filter(Boolean);
    // Whoever answers well writes nothing here: nobody reads as much.
    for (const _ of failed) this.#runtime.writeError(endpoint, fleet, { behaviour, at });
    const { name: variant, config } = fleet;
    const asked = { endpoint: endpoint.name, variant, config, latency: behaviour.latency ?? USUAL_LATENCY };
    this.measure({ ...asked, status: 200 }, at, requests - failed.length);
    this.measure({ ...asked, status: behaviour.error?.status ?? 500 }, at, failed.length);
  }

  /** What CloudWatch counts of an invocation, or of so many alike: once for the variant, and once for its fleet. */
  measure({ endpoint, variant, config, status, latency }: Invoked, at: Date, times = 1): void {
    if (times === 0) return;
    const counted = {
      Invocations: 1,
      Invocation4XXErrors: status >= 400 && status < 500 ? 1 : 0,
      Invocation5XXErrors: status >= 500 || status === 0 ? 1 : 0,
      InvocationModelErrors: status === 200 ? 0 : 1,
      // In microseconds.
      ModelLatency: latency * 1000,
      OverheadLatency: 2000,
    };
    const ofVariant = { EndpointName: endpoint, VariantName: variant };
    for (const dimensions of [ofVariant, { ...ofVariant, EndpointConfigName: config }])
      for (const [name, value] of Object.entries(counted))
        this.#metrics.record({ namespace: NAMESPACE, name, dimensions }, value, at, times);
  }
}
