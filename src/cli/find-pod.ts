/** The one pod that a command is about, by the name that was typed. */
import { enumerate } from '../core/audit/quote.ts';
import type { Pod } from '../core/osm/pod.ts';
import type { Subject } from './subjects.ts';
import { describeOrigin } from './input/source-object.ts';
import { UsageError } from './usage-error.ts';

/**
 * @param text `pod/NAME` or `NAME`
 * @throws UsageError when no pod has the name, or several do
 */
export function findPod(subjects: readonly Subject[], text: string): Pod {
  const name = podName(text);
  const named = subjects.filter(({ pod }) => pod.name === name);
  const [first, second] = named;
  if (first === undefined) {
    const among = subjects.length === 1 ? 'the one pod that was' : `the ${subjects.length} pods that were`;
    throw new UsageError(`there is no pod ${JSON.stringify(name)} among ${among} found`);
  }
  if (second === undefined) return first.pod;
  const namespaces = [...new Set(named.map(({ pod }) => pod.namespace))].sort();
  if (namespaces.length > 1) {
    const several = `there are pods ${JSON.stringify(name)} in the namespaces ${enumerate(namespaces)}`;
    throw new UsageError(`${several}: choose one with -n`);
  }
  const places = enumerate(
    named.map(({ source }) => (source === undefined ? 'the cluster' : describeOrigin(source))),
  );
  throw new UsageError(`pod ${JSON.stringify(name)} was read ${named.length} times: ${places}`);
}

function podName(text: string): string {
  const name = text.replace(/^pod\//, '');
  if (name !== '' && !name.includes('/')) return name;
  throw new UsageError(`${JSON.stringify(text)} is not a pod: name it as pod/NAME or NAME`);
}
