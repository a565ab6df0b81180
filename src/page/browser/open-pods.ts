/**
 * Opens what an address points to: of `#pod/NAMESPACE/NAME` a dialog with all that the page knows of the pod, of anything
 * else the folded part that it lies in.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function openPods(): void {
  const dialog = (): HTMLDialogElement | null => document.querySelector('dialog#pod');

  /** A copy without anchors: an address must point to one place. */
  const copyOf = (id: string): Node | undefined => {
    const original = document.getElementById(id);
    if (original === null) return undefined;
    const copy = original.cloneNode(true) as HTMLElement;
    for (const element of [copy, ...copy.querySelectorAll('[id]')]) element.removeAttribute('id');
    for (const details of copy.querySelectorAll('details')) details.open = true;
    return copy;
  };

  const headed = (text: string, level: 'h2' | 'h3'): HTMLElement => {
    const heading = document.createElement(level);
    heading.textContent = text;
    return heading;
  };

  const contents = (row: HTMLTableRowElement): readonly Node[] => {
    const [namespace, name, status] = [...row.cells].map((cell) => cell.textContent);
    const { from = '', cases = '', rules } = row.dataset;
    const facts = document.createElement('p');
    facts.className = row.dataset['status'] ?? '';
    facts.textContent = [status, from].filter((text) => text !== '').join(' — ');
    const found = cases.split(' ').flatMap((id) => {
      const copy = id === '' ? undefined : copyOf(id);
      const title = document.getElementById(id)?.closest('article')?.dataset['title'] ?? id;
      return copy === undefined ? [] : [headed(title, 'h3'), copy];
    });
    const itsRules = rules === undefined ? undefined : copyOf(rules);
    const heading = headed(`${namespace ?? ''}/${name ?? ''}`, 'h2');
    heading.id = 'pod-title';
    return [heading, facts, ...found, ...(itsRules === undefined ? [] : [headed('Rules', 'h3'), itsRules])];
  };

  const follow = (): void => {
    const id = location.hash.slice(1);
    const target = id === '' ? null : document.getElementById(id);
    const box = dialog();
    if (box === null) return;
    if (target instanceof HTMLTableRowElement) {
      box.querySelector('.contents')?.replaceChildren(...contents(target));
      if (!box.open) box.showModal();
      box.scrollTop = 0;
      return;
    }
    if (box.open) box.close();
    const folded = target?.querySelector('details') ?? target?.closest('details');
    if (folded) folded.open = true;
    target?.scrollIntoView();
  };

  document.addEventListener(
    'close',
    (event) => {
      if (event.target !== dialog() || !location.hash.startsWith('#pod/')) return;
      history.replaceState(null, '', '#pods');
    },
    true,
  );
  document.addEventListener('click', (event) => {
    const box = dialog();
    // What is around the dialog counts as the dialog itself.
    if (event.target === box) box?.close();
  });
  addEventListener('hashchange', follow);
  document.addEventListener('refreshed', follow);
  follow();
}
