/** Does something again and again until it is disposed. */
export function every(ms: number, work: () => void): Disposable {
  const timer = setInterval(work, ms);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
