/**
 * Makes each value once, and starts anew when there are too many. Without `most` the keys have to
 * be parts of the configuration.
 */
export function remember<K, V>(make: (key: K) => V, most = Infinity): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      if (made.size >= most) made.clear();
      made.set(key, value);
    }
    return value;
  };
}
