/**
 * Opens what an address points to: of `#pod/NAMESPACE/NAME` a dialog with all that the page knows of the pod, of anything
 * else the folded part that it lies in.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function openPods(): void {
  /** What the dialog was filled with, before anybody unfolded or stepped through it. */
  let filled: Node | undefined;

  const dialog = (): HTMLDialogElement | null => document.querySelector('dialog#pod');

  const made = <K extends keyof HTMLElementTagNameMap>(
    tag: K,
    text: string,
    className = '',
  ): HTMLElementTagNameMap[K] => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className !== '') element.className = className;
    return element;
  };

  /** A copy without anchors: an address must point to one place. */
  const copyOf = (id: string | undefined): HTMLElement | undefined => {
    const original = id === undefined ? null : document.getElementById(id);
    if (original === null) return undefined;
    const copy = original.cloneNode(true) as HTMLElement;
    for (const element of [copy, ...copy.querySelectorAll('[id]')]) element.removeAttribute('id');
    for (const details of copy.querySelectorAll('details')) details.open = true;
    return copy;
  };

  const fixOf = (text: string): HTMLElement => {
    if (!text.startsWith('kubectl ')) return made('p', text, 'fix');
    const line = made('p', '', 'fix');
    const button = made('button', 'Copy');
    button.type = 'button';
    button.dataset['copy'] = '';
    line.append(made('code', text), ' ', button);
    return line;
  };

  /** What the case says of all its pods, and what mends this one. */
  const caseOf = (id: string, fix: string): readonly Node[] => {
    const original = document.getElementById(id);
    const heading = made('h3', original?.closest('article')?.dataset['title'] ?? id);
    if (!original?.matches('.case')) {
      return [
        heading,
        made('p', 'The page has no room for what it says of this pod; -o wide has.'),
        fixOf(fix),
      ];
    }
    const copy = copyOf(id);
    if (copy === undefined) return [heading];
    for (const other of copy.querySelectorAll('.fix, .fixes')) other.remove();
    copy.querySelector('.message')?.after(fixOf(fix));
    return [heading, copy];
  };

  const contentsOf = (row: HTMLTableRowElement): HTMLElement => {
    const [namespace, name, status] = [...row.cells].map((cell) => cell.textContent);
    const { from = '', cases = '', fixes = '', rules } = row.dataset;
    const own = fixes.split('\n');
    const heading = made('h2', `${namespace ?? ''}/${name ?? ''}`);
    heading.id = 'pod-title';
    const contents = document.createElement('div');
    contents.append(
      heading,
      made('p', [status, from].filter((text) => text !== '').join(' — '), row.dataset['status']),
      ...cases.split(' ').flatMap((id, index) => (id === '' ? [] : caseOf(id, own[index] ?? ''))),
    );
    const itsRules = copyOf(rules);
    if (itsRules !== undefined) contents.append(made('h3', 'Rules'), itsRules);
    return contents;
  };

  const gone = (): HTMLElement => {
    const contents = document.createElement('div');
    const heading = made('h2', decodeURIComponent(location.hash.slice('#pod/'.length)));
    heading.id = 'pod-title';
    contents.append(heading, made('p', 'This pod is not here, or not any more.'));
    return contents;
  };

  const target = (): HTMLElement | null => document.getElementById(location.hash.slice(1));

  const fill = (box: HTMLDialogElement): void => {
    const row = target();
    const contents = row instanceof HTMLTableRowElement ? contentsOf(row) : gone();
    if (filled?.isEqualNode(contents)) return;
    filled = contents.cloneNode(true);
    const { scrollTop } = box;
    box.querySelector('.contents')?.replaceChildren(contents);
    box.scrollTop = scrollTop;
  };

  const follow = (): void => {
    const box = dialog();
    if (box === null) return;
    if (location.hash.startsWith('#pod/')) {
      fill(box);
      if (!box.open) box.showModal();
      box.scrollTop = 0;
      return;
    }
    if (box.open) box.close();
    const place = target();
    const folded = place?.matches('.rules') ? place.querySelector('details') : place?.closest('details');
    if (folded) folded.open = true;
    place?.scrollIntoView();
  };

  document.addEventListener(
    'close',
    (event) => {
      if (event.target !== dialog() || !location.hash.startsWith('#pod/')) return;
      filled = undefined;
      // Where the reader was, for those who go on by the keyboard.
      target()?.querySelector('a')?.focus({ preventScroll: true });
      document.dispatchEvent(new Event('pod-closed'));
    },
    true,
  );
  document.addEventListener('click', (event) => {
    const box = dialog();
    // What is around the dialog counts as the dialog itself.
    if (event.target === box) box?.close();
  });
  addEventListener('hashchange', follow);
  document.addEventListener('refreshed', () => {
    const box = dialog();
    if (box?.open) fill(box);
  });
  follow();
}
