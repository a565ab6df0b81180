/**
 * Keeps a page that is served by the controller true: asks for it again and puts what is new in its place, while somebody
 * looks at it.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function refresh(): void {
  const EVERY_MS = 5000;
  let known: string | null = null;

  const say = (text: string): void => {
    const line = document.getElementById('freshness');
    if (line !== null && line.textContent !== text) line.textContent = text;
  };

  const look = async (): Promise<void> => {
    const answer = await fetch(
      location.pathname,
      known === null ? {} : { headers: { 'If-None-Match': known } },
    );
    if (answer.status === 304) {
      say('');
      return;
    }
    if (!answer.ok) throw new Error(`the controller answers ${answer.status}`);
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    known = answer.headers.get('ETag');
    for (const part of ['main', 'header']) {
      const [old, fresh] = [document.querySelector(part), next.querySelector(part)];
      if (old !== null && fresh !== null) keepAndReplace(old, fresh);
    }
    say('');
    document.dispatchEvent(new Event('refreshed'));
  };

  /** What somebody has typed, chosen or unfolded stays. */
  const keepAndReplace = (old: Element, fresh: Element): void => {
    for (const details of old.querySelectorAll('details[open]')) {
      const { id } = details.closest('[id]') ?? {};
      const same = id === undefined ? null : fresh.querySelector(`#${CSS.escape(id)} details`);
      if (same instanceof HTMLDetailsElement) same.open = true;
    }
    const form = old.querySelector('#filter');
    const values = form === null ? [] : [...new FormData(form as HTMLFormElement)];
    const focused = document.activeElement?.getAttribute('name');
    old.replaceChildren(...fresh.childNodes);
    for (const [name, value] of values) {
      const element = old.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${CSS.escape(name)}"]`);
      if (element !== null && typeof value === 'string') element.value = value;
    }
    if (form !== null && focused) old.querySelector<HTMLElement>(`[name="${CSS.escape(focused)}"]`)?.focus();
  };

  setInterval(() => {
    if (document.hidden) return;
    look().catch((error: unknown) => say(`Not up to date: ${String(error)}`));
  }, EVERY_MS);
}
