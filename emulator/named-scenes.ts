import type { Emulator } from './emulator.ts';

interface NamedScene {
  /** What is there when the emulator starts. */
  readonly about: string;
  /** A call of the AWS CLI that shows it. */
  readonly look: string;
  readonly set: (emulator: Emulator) => void;
}

/** What the emulator may have in it from the start, for people who look around. */
export const namedScenes = {
  'resale-price': {
    about:
      'three versions of ResalePriceModelGroup (the third waits for approval), and resale-price-dev, -uat and -main',
    look: 'aws sagemaker list-endpoints --query "Endpoints[].[EndpointName,EndpointStatus]" --output table',
    set(emulator) {
      const versions = [41_250, 39_480, 38_910].map((rmse, index) =>
        emulator.register({
          status: index < 2 ? 'Approved' : 'PendingManualApproval',
          metadata: { rmse: String(rmse) },
        }),
      );
      for (const [environment, version] of Object.entries({ dev: 2, uat: 2, main: 1 }))
        emulator.deployed({ endpoint: `resale-price-${environment}`, package: versions[version - 1] ?? '' });
    },
  },
} satisfies Readonly<Record<string, NamedScene>>;

export type SceneName = keyof typeof namedScenes;

export function isSceneName(name: string): name is SceneName {
  return Object.hasOwn(namedScenes, name);
}
