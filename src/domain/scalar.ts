/** A value that a parameter or a tag may have. */
export type Scalar = string | number | boolean
