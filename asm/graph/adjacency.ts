/** Product of a graph's normalised adjacency D^-½ W D^-½ with a vector: f32 weights, f64 sums in the order of the neighbours. */

/** out = scale ∘ x. */
export function adjacencyScale(n: i32, scale: usize, x: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(out + i, load<f64>(scale + i) * load<f64>(x + i));
}

/** y[i] = scale[i] · Σ w[e] · scaled[neighbour e] for nodes [from, to). */
export function adjacencyApply(offsets: usize, neighbors: usize, weights: usize, scale: usize, scaled: usize, y: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const node = <usize>i << 2;
    const end = <usize>load<i32>(offsets + node, 4) << 2;
    let even: f64 = 0;
    let odd: f64 = 0;
    let e = <usize>load<i32>(offsets + node) << 2;
    // Two sums, since an addition has to wait for the one before it.
    for (; e + 4 < end; e += 8) {
      even += <f64>load<f32>(weights + e) * load<f64>(scaled + (<usize>load<i32>(neighbors + e) << 3));
      odd += <f64>load<f32>(weights + e, 4) * load<f64>(scaled + (<usize>load<i32>(neighbors + e, 4) << 3));
    }
    if (e < end) even += <f64>load<f32>(weights + e) * load<f64>(scaled + (<usize>load<i32>(neighbors + e) << 3));
    store<f64>(y + (node << 1), load<f64>(scale + (node << 1)) * (even + odd));
  }
}
