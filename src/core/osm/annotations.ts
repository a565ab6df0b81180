/**
 * What a pod's own annotations ask for, and what the injector of its release makes of them.
 *
 * Guarantees: every annotation that the project knows is read, also those that the release does not know: what a user
 * wrote and what has no effect must not be passed over.
 */
import type { Cidr } from '../iptables/cidr.ts';
import { readPorts, readRanges, takesPort, takesRange, type List } from './lists.ts';
import { ANNOTATED_LIST_NAMES, listAnnotation, type AnnotatedList, type Product } from './names.ts';
import type { Pod } from './pod.ts';
import type { Release } from './releases.ts';

/**
 * honoured: merged with the configuration, whatever iptables makes of it; dropped: ignored as a whole for a bad item, and
 * the pod admitted; denied: a pod with it is refused, so it was written later; not-known: of another release.
 */
export type AnnotationFate = 'honoured' | 'dropped' | 'denied' | 'not-known';

interface Written {
  /** The annotation's whole name. */
  readonly name: string;
  readonly fate: AnnotationFate;
}

export type Annotation =
  | (Written & { readonly list: 'outboundPorts' | 'inboundPorts'; readonly items: List<number> })
  | (Written & { readonly list: 'outboundRanges' | 'includedRanges'; readonly items: List<Cidr> });

export function annotationsOf(pod: Pod, product: Product, release: Release): readonly Annotation[] {
  return ANNOTATED_LIST_NAMES.flatMap((list): readonly Annotation[] => {
    const name = listAnnotation(product, list);
    const text = pod.annotations[name];
    if (text === undefined) return [];
    // Unlike in the configuration, an empty text is one empty item.
    const texts = text.split(',');
    if (list === 'outboundPorts' || list === 'inboundPorts') {
      const items = readPorts(texts, 'as number');
      return [{ list, name, items, fate: fateOf(release, list, items, takesPort) }];
    }
    const items = readRanges(texts);
    return [{ list, name, items, fate: fateOf(release, list, items, takesRange) }];
  });
}

function fateOf(
  release: Release,
  list: AnnotatedList,
  items: List<unknown>,
  takes: (text: string) => boolean,
): AnnotationFate {
  if (!release.annotations.includes(list)) return 'not-known';
  return items.every(({ text }) => takes(text)) ? 'honoured' : release.badAnnotation;
}
