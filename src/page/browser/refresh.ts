/**
 * Keeps a page that is served by the controller true: asks for it again while somebody looks at it, and puts what is new in its
 * place. What is as it was stays untouched, with all that the reader has done there; what is new is as unfolded as it was.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself. It comes before what
 * changes the page.
 */
export function refresh(): void {
  const EVERY_MS = 5000;
  const ANSWER_WITHIN_MS = 20_000;
  const PARTS = ['header', 'main'] as const;
  let tag = document.documentElement.dataset['tag'] ?? '';
  /** As it was served: what is shown has been filtered and unfolded meanwhile. */
  let served = PARTS.map((part) => document.querySelector(part)?.cloneNode(true));

  const say = (text: string): void => {
    const line = document.getElementById('freshness');
    if (line !== null && line.textContent !== text) line.textContent = text;
  };

  /** Which `details` it is, by the nearest anchor: addresses last from one page to the next. */
  const detailsIn = (element: Element): ReadonlyMap<string, HTMLDetailsElement> => {
    const counts = new Map<string, number>();
    return new Map(
      [...element.querySelectorAll('details')].map((details) => {
        const anchor = details.closest('[id]')?.id ?? '';
        const count = (counts.get(anchor) ?? 0) + 1;
        counts.set(anchor, count);
        return [`${anchor} ${count}`, details];
      }),
    );
  };

  const sameShell = (a: Element, b: Element): boolean =>
    a.childElementCount === b.childElementCount &&
    a.childElementCount > 0 &&
    a.cloneNode().isEqualNode(b.cloneNode()) &&
    a.childNodes.length === b.childNodes.length;

  const merge = (shown: Element, before: Element, after: Element): void => {
    if (before.isEqualNode(after)) return;
    if (sameShell(before, after) && shown.childElementCount === before.childElementCount) {
      const pairs = [...shown.children].map((child, index) => [
        child,
        before.children[index],
        after.children[index],
      ]);
      for (const [child, old, fresh] of pairs) if (child && old && fresh) merge(child, old, fresh);
      // Texts between elements have no place of their own.
      if (
        [...before.childNodes].every(
          (node, at) => node instanceof Element || node.isEqualNode(after.childNodes[at] ?? null),
        )
      )
        return;
    }
    const fresh = after.cloneNode(true) as Element;
    const open = detailsIn(shown);
    for (const [key, details] of detailsIn(fresh)) details.open = open.get(key)?.open ?? details.open;
    const { id } = document.activeElement ?? { id: '' };
    const name = shown.contains(document.activeElement) ? document.activeElement?.getAttribute('name') : null;
    const hadFocus = shown.contains(document.activeElement);
    shown.replaceWith(fresh);
    const again = name
      ? fresh.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`)
      : document.getElementById(id);
    if (hadFocus) again?.focus({ preventScroll: true });
  };

  const look = async (): Promise<void> => {
    const answer = await fetch(location.pathname, {
      headers: { 'If-None-Match': `"${tag}"` },
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (answer.status === 304) return;
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(answer.status === 503 ? text.trim() : `the controller answers ${answer.status}`);
    const next = new DOMParser().parseFromString(text, 'text/html');
    // Another version of the controller: its page needs its own scripts.
    if (next.querySelector('script')?.textContent !== document.querySelector('script')?.textContent) {
      location.reload();
      return;
    }
    tag = next.documentElement.dataset['tag'] ?? '';
    const fresh = PARTS.map((part) => next.querySelector(part));
    for (const [index, part] of PARTS.entries()) {
      const [shown, before, after] = [document.querySelector(part), served[index], fresh[index]];
      if (shown && before instanceof Element && after) merge(shown, before, after);
    }
    document.title = next.title;
    served = fresh.map((part) => part?.cloneNode(true));
    document.dispatchEvent(new Event('refreshed'));
  };

  const again = async (): Promise<void> => {
    if (!document.hidden) {
      await look().then(
        () => say(''),
        (error: unknown) => say(`Not up to date: ${error instanceof Error ? error.message : 'no answer'}`),
      );
    }
    setTimeout(() => void again(), EVERY_MS);
  };

  setTimeout(() => void again(), EVERY_MS);
}
