/**
 * Chooses, of the releases that can have made a pod, the one that it is judged by: the first whose expected rules do what
 * the pod's rules do, else the one from which they differ for the fewest causes. Releases that write the same must not
 * alarm for being told apart wrongly.
 */
import { compareScript, type RuleComparison } from './rule-comparison.ts';
import type { Execution } from '../iptables/execution.ts';
import type { Fork } from '../osm/dialect.ts';
import { intentFor, type Intent } from '../osm/intent.ts';
import type { MeshConfig } from '../osm/mesh-config.ts';
import type { Pod } from '../osm/pod.ts';
import { configKindsOf, everyRelease } from '../osm/recognise.ts';
import type { Release } from '../osm/releases.ts';

export interface Fit {
  readonly release: Release;
  /** undefined without a configuration. */
  readonly intent: Intent | undefined;
  readonly comparison: RuleComparison;
}

export interface Candidacy {
  readonly pod: Pod;
  readonly config: MeshConfig | undefined;
  readonly fork: Fork;
  /** The likeliest first; empty when the chains are those of no known release. */
  readonly candidates: readonly Release[];
}

/** undefined when the rules are those of no known release, by name or by what they do. */
export function bestFit({ pod, config, fork, candidates }: Candidacy, installed: Execution): Fit | undefined {
  const fits = (release: Release): Fit => {
    const intent = config === undefined ? undefined : intentFor(pod, config, release);
    return { release, intent, comparison: compareScript(release.dialect, intent, installed) };
  };
  if (candidates.length === 0) {
    // Chains of other names may do the same.
    const kinds = config === undefined ? configKindsOf(pod) : [config.kind];
    return everyRelease(pod, fork)
      .filter(({ reads }) => kinds.includes(reads))
      .map(fits)
      .find(isPerfect);
  }
  const readers = candidates.filter(({ reads }) => config === undefined || reads === config.kind);
  const [first, ...others] = readers.filter((release) => !isOutgrown(release, config));
  if (first === undefined) return undefined;
  const likeliest = fits(first);
  if (isPerfect(likeliest)) return likeliest;
  const all = [likeliest, ...others.map(fits)];
  return (
    all.find(isPerfect) ?? all.reduce((best, next) => (strangeness(next) < strangeness(best) ? next : best))
  );
}

/** Only a release that knows a setting can have a configuration with it. */
function isOutgrown(release: Release, config: MeshConfig | undefined): boolean {
  if (config?.kind !== 'MeshConfig' || !config.dnsProxy) return false;
  return release.settings.includes('interfaces') && !release.settings.includes('dnsProxy');
}

/** How much it takes to explain the pod as one of the release: that rules changed places is stranger than one gone. */
function strangeness({ comparison: { outcome, attributed }, intent }: Fit): number {
  if (outcome === undefined) return Number.POSITIVE_INFINITY;
  const causes = new Map(
    attributed.map(({ cause }) => [JSON.stringify(cause), cause.kind === 'order' ? 2 : 1]),
  );
  const weight = [...causes.values()].reduce((sum, each) => sum + each, 0);
  return weight + (intent?.unheard.length ?? 0);
}

function isPerfect({ comparison: { outcome } }: Fit): boolean {
  return outcome?.differences.length === 0 && outcome.undecided.length === 0;
}
