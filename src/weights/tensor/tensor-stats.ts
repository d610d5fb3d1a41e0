/** What a comparison of two tensors of one dtype and shape yields. Pairs with a NaN or infinity count only as such. */
export interface TensorStats {
  /** Elements compared (bytes for packed and unknown dtypes). */
  count: number
  /** Elements whose bits differ. */
  changed: number
  /** Sum of the squared differences. */
  difference: number
  /** Sum of the squares of the first tensor. */
  first: number
  /** Sum of the squares of the second. */
  second: number
  /** Sum of the products. */
  product: number
  /** Largest absolute difference. */
  largest: number
  /** NaN and infinite elements of the first tensor. */
  nan: number
  infinite: number
  /** The same of the second. */
  nanNow: number
  infiniteNow: number
}

/** The statistics of nothing. */
export function emptyStats(): TensorStats {
  return {
    count: 0,
    changed: 0,
    difference: 0,
    first: 0,
    second: 0,
    product: 0,
    largest: 0,
    nan: 0,
    infinite: 0,
    nanNow: 0,
    infiniteNow: 0,
  }
}

/** Adds the statistics of one part of a tensor to those of another. */
export function addStats(sum: TensorStats, part: TensorStats): void {
  for (const key of Object.keys(sum) as (keyof TensorStats)[]) {
    sum[key] = key === 'largest' ? Math.max(sum.largest, part.largest) : sum[key] + part[key]
  }
}
