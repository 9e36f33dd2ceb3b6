/** Settles when `signal` aborts or, for a child that must not outlive its parent, when stdin closes. */
export async function stopAsked(signal: AbortSignal, exitWithParent: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (!exitWithParent) return;
    for (const event of ["end", "close", "error"]) process.stdin.once(event, () => resolve());
    process.stdin.resume();
  });
  if (exitWithParent) process.stdin.destroy();
}
